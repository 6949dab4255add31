internal import Synchronization

/// An append whose caller waits until the commit log holds it.
final class BlockedAppend: AppendWaiter {
    private let gate = Gate()
    private let outcome = Mutex<Result<AppendedBatch, LogFailure>?>(nil)

    func complete(_ outcome: Result<AppendedBatch, LogFailure>) {
        self.outcome.withLock { $0 = outcome }
        gate.open()
    }

    /// Waits for the outcome.
    func wait(for services: LogServices) throws(LogFailure) {
        services.commitWhenStepped()
        _ = gate.wait(until: nil)
        guard case .failure(let failure)? = outcome.withLock({ $0 }) else { return }
        throw failure
    }
}
