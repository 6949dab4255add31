import NewswireLog
import Synchronization
import Testing

struct GateTests {
    private func soon(_ duration: Duration) -> Instant { SystemTimeSource().instant() + duration }

    @Test func `an opening is remembered until somebody went through`() {
        let gate = Gate()
        gate.open()
        gate.open()
        #expect(gate.wait(until: nil))
        #expect(!gate.wait(until: soon(.zero)))
    }

    @Test func `a wait ends at its deadline, not before`() {
        let gate = Gate()
        let deadline = soon(.milliseconds(20))
        #expect(!gate.wait(until: deadline))
        #expect(SystemTimeSource().instant() >= deadline)
        #expect(!gate.wait(until: Instant(nanoseconds: -5)))
    }

    @Test func `no opening is lost between two threads`() throws {
        let there = Gate()
        let back = Gate()
        let count = 10_000
        let thread = try Thread.start(name: "gate test") {
            for _ in 0..<count {
                _ = there.wait(until: nil)
                back.open()
            }
        }
        for round in 0..<count {
            there.open()
            guard back.wait(until: soon(.seconds(60))) else {
                Issue.record("lost in round \(round)")
                return
            }
        }
        thread.join()
    }

    @Test func `each opening lets one waiter through`() throws {
        let gate = Gate()
        let passed = Atomic(0)
        let threads = try (0..<4).map { number throws(IOFailure) in
            try Thread.start(name: "waiter \(number)") {
                while passed.load(ordering: .relaxed) < 100, gate.wait(until: nil) {
                    passed.add(1, ordering: .relaxed)
                    gate.open()
                }
                gate.open()
            }
        }
        gate.open()
        for thread in threads { thread.join() }
        #expect(passed.load(ordering: .relaxed) >= 100)
    }
}
