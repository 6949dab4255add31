import NewswireLog
import Synchronization

/// Remembers how often and how an append that does not block was completed.
final class RecordingAppendWaiter: AppendWaiter {
    private let outcomes = Mutex<[Result<AppendedBatch, LogFailure>]>([])
    private let gate = Gate()

    func complete(_ outcome: Result<AppendedBatch, LogFailure>) {
        outcomes.withLock { $0.append(outcome) }
        gate.open()
    }

    var all: [Result<AppendedBatch, LogFailure>] { outcomes.withLock { $0 } }

    /// Waits for the completion.
    func outcome() -> Result<AppendedBatch, LogFailure>? {
        if all.isEmpty { _ = gate.wait(until: nil) }
        return all.first
    }
}

/// Remembers how often and how a wait for a read was completed.
final class RecordingReadWaiter: ReadWaiter {
    private let completions = Mutex<[LogFailure?]>([])
    private let gate = Gate()

    func complete(_ failure: LogFailure?) {
        completions.withLock { $0.append(failure) }
        gate.open()
    }

    var all: [LogFailure?] { completions.withLock { $0 } }

    /// Waits for the completion.
    func wait() { if all.isEmpty { _ = gate.wait(until: nil) } }
}

extension PartitionLog {
    /// Appends `record NUMBER` without waiting for a sync.
    @discardableResult
    func appendLater(_ number: Int, _ waiter: (any AppendWaiter)? = nil) throws -> AppendedBatch {
        var batch = RecordBatchBuilder()
        batch.append(key: nil, value: [UInt8]("record \(number)".utf8))
        return try append(&batch, waiter: waiter)
    }
}
