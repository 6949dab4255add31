import NewswireLog
import Synchronization
import Testing

/// Threads of a test, joined at its end.
final class ThreadCrew: Sendable {
    private let threads = Mutex<[Thread]>([])
    private let failures = Mutex<[any Error]>([])

    /// Runs `body` on a thread of its own; what it throws fails the test.
    func add(_ body: @escaping @Sendable () throws -> Void) throws {
        let thread = try Thread.start(name: "crew") { [self] in
            do { try body() } catch { failures.withLock { $0.append(error) } }
        }
        threads.withLock { $0.append(thread) }
    }

    /// Waits for all of them.
    func join() {
        for thread in threads.withLock({ $0 }) { thread.join() }
        threads.withLock { $0 = [] }
        for failure in failures.withLock({ $0 }) { Issue.record(failure) }
    }
}
