import Glibc
import NewswireLog
import Synchronization
import Testing

struct ThreadTests {
    @Test func `a joined thread has done its work`() throws {
        let result = Mutex<[Int]>([])
        let thread = try Thread.start(name: "a name longer than 15 bytes") {
            result.withLock { $0 = [1, 2, 3] }
        }
        thread.join()
        #expect(result.withLock { $0 } == [1, 2, 3])
    }

    @Test func `a dropped thread runs on`() throws {
        let gate = Gate()
        let done = Gate()
        do {
            _ = try Thread.start(name: "dropped") {
                _ = gate.wait(until: nil)
                done.open()
            }
        }
        gate.open()
        #expect(done.wait(until: SystemTimeSource().instant() + .seconds(60)))
    }

    @Test func `a thread is joined once`() async {
        await #expect(processExitsWith: .failure) {
            let thread = try Thread.start(name: "joined") {}
            thread.join()
            thread.join()
        }
    }
}
