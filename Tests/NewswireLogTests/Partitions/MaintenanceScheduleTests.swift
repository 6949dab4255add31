import NewswireLog
import NewswireTesting
import Synchronization
import Testing

struct MaintenanceScheduleTests {
    let time = SystemTimeSource()

    @Test func `what is due is done, on another thread`() {
        let schedule = MaintenanceSchedule(time: time)
        let gate = Gate()
        schedule.start {
            gate.open()
            return nil
        }
        schedule.request(at: time.instant())
        #expect(gate.wait(until: time.instant() + .seconds(10)))
        schedule.close()
    }

    @Test func `a request before the work is known is not forgotten`() {
        let schedule = MaintenanceSchedule(time: time)
        schedule.request(at: time.instant())
        let gate = Gate()
        schedule.start {
            gate.open()
            return nil
        }
        #expect(gate.wait(until: time.instant() + .seconds(10)))
        schedule.close()
    }

    @Test func `an earlier request comes first, and the work asks for its next call`() {
        let schedule = MaintenanceSchedule(time: time)
        let gate = Gate()
        let calls = Atomic(0)
        schedule.start { [time] in
            let count = calls.add(1, ordering: .relaxed).newValue
            guard count < 3 else {
                gate.open()
                return nil
            }
            return time.instant() + .milliseconds(1)
        }
        schedule.request(at: time.instant() + .seconds(3600))
        schedule.request(at: time.instant())
        #expect(gate.wait(until: time.instant() + .seconds(10)))
        schedule.close()
        let count = calls.load(ordering: .relaxed)
        #expect(count == 3)
    }

    @Test func `after the close nothing is done`() {
        let schedule = MaintenanceSchedule(time: time)
        let calls = Atomic(0)
        schedule.start {
            calls.add(1, ordering: .relaxed)
            return nil
        }
        schedule.request(at: time.instant() + .seconds(3600))
        schedule.close()
        schedule.request(at: time.instant())
        schedule.close()
        let count = calls.load(ordering: .relaxed)
        #expect(count == 0)
    }

    @Test func `requests of many threads are all answered`() throws {
        let schedule = MaintenanceSchedule(time: time)
        let gate = Gate()
        let asked = Atomic(0)
        let answered = Atomic(0)
        schedule.start {
            answered.store(asked.load(ordering: .acquiring), ordering: .releasing)
            gate.open()
            return nil
        }
        let threads = try (0..<4).map { _ in
            try Thread.start(name: "asker") { [time] in
                for _ in 0..<500 {
                    asked.add(1, ordering: .acquiringAndReleasing)
                    schedule.request(at: time.instant())
                }
            }
        }
        for thread in threads { thread.join() }
        // The last request was made after the last count: it must be seen without another one.
        while answered.load(ordering: .acquiring) < 2000 {
            let isOpen = gate.wait(until: time.instant() + .seconds(10))
            try #require(isOpen)
        }
        schedule.close()
    }
}
