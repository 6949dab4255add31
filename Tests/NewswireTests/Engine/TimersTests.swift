import Newswire
import NewswireTesting
import Synchronization
import Testing

struct TimersTests {
    private let time = ManualTimeSource()
    private let called = Calls()

    @Test func `calls are made when they are due, in order`() throws {
        let timers = Timers(time: time, hasThread: false)
        for (name, delay) in [("c", 3), ("a", 1), ("b", 2), ("a2", 1)] {
            _ = try timers.add(at: time.instant() + .seconds(delay)) { called.note(name) }
        }
        #expect(timers.run(at: time.instant()) == time.instant() + .seconds(1))
        #expect(called.names == [])
        time.advance(by: .seconds(2))
        #expect(timers.run(at: time.instant()) == time.instant() + .seconds(1))
        #expect(called.names == ["a", "a2", "b"])
        time.advance(by: .seconds(9))
        #expect(timers.run(at: time.instant()) == nil)
        #expect(called.names == ["a", "a2", "b", "c"])
    }

    @Test func `a call that was taken back is not made`() throws {
        let timers = Timers(time: time, hasThread: false)
        let due = time.instant() + .seconds(1)
        let tickets = try ["a", "b", "c"].map { name in
            try timers.add(at: due) { called.note(name) }
        }
        timers.cancel(tickets[1])
        timers.cancel(tickets[1])
        timers.run(at: due)
        timers.cancel(tickets[0])
        #expect(called.names == ["a", "c"])
    }

    @Test func `after a close no call is made`() throws {
        let timers = Timers(time: time, hasThread: false)
        _ = try timers.add(at: time.instant()) { called.note("a") }
        timers.close()
        timers.run(at: time.instant())
        #expect(called.names == [])
    }

    @Test func `a thread makes the calls, the soonest first`() throws {
        let timers = Timers(time: SystemTimeSource(), hasThread: true)
        let now = SystemTimeSource().instant()
        _ = try timers.add(at: now + .seconds(3600)) { called.note("late") }
        _ = try timers.add(at: now) { called.note("now") }
        _ = try timers.add(at: now + .milliseconds(3)) { called.note("soon") }
        #expect(called.wait(for: 2))
        #expect(called.names == ["now", "soon"])
        timers.close()
    }
}

/// The names of the calls that were made.
private final class Calls: Sendable {
    private let made = Mutex<[String]>([])
    private let gate = Gate()

    var names: [String] { made.withLock { $0 } }

    func note(_ name: String) {
        made.withLock { $0.append(name) }
        gate.open()
    }

    /// Waits for so many calls at most ten seconds; answers whether they came.
    func wait(for count: Int) -> Bool {
        let deadline = SystemTimeSource().instant() + .seconds(10)
        while names.count < count {
            guard gate.wait(until: deadline) else { return false }
        }
        return true
    }
}
