internal import Synchronization

/// Batches of a directory whose memory is used again and again, so that an append allocates none.
///
/// A few for all partitions: an idle partition keeps no memory. More threads than there are batches
/// make their own.
final class SpareBatches: Sendable {
    // Not an array: walking one retains it and its elements.
    private let first = SpareBatch()
    private let second = SpareBatch()
    private let third = SpareBatch()

    /// Calls `body` with an empty batch.
    func withBatch<Answer, Failure: Error>(
        _ body: (inout RecordBatchBuilder) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        if first.take() { return try first.withTaken(body) }
        if second.take() { return try second.withTaken(body) }
        if third.take() { return try third.withTaken(body) }
        var batch = RecordBatchBuilder()
        return try body(&batch)
    }
}

/// One batch, used by one thread at a time.
private final class SpareBatch: @unchecked Sendable {
    // Unchecked: `batch` is only touched between `take` and `giveBack`, by who took it.
    private var batch: RecordBatchBuilder?
    private let isTaken = Atomic(false)

    /// The largest memory that is kept.
    private static let byteCapacityMax = 4 << 20

    /// Whether the batch is this thread's now.
    func take() -> Bool {
        // Looked at first: threads that find it taken do not fight for the cache line.
        !isTaken.load(ordering: .relaxed) && !isTaken.exchange(true, ordering: .acquiring)
    }

    func withTaken<Answer, Failure: Error>(
        _ body: (inout RecordBatchBuilder) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        defer { giveBack() }
        if batch == nil { batch = RecordBatchBuilder() }
        guard let answer = try batch?.apply(body) else { preconditionFailure("no batch was taken") }
        return answer
    }

    private func giveBack() {
        if batch?.byteCapacity ?? 0 > Self.byteCapacityMax { batch = nil } else { batch?.reset() }
        isTaken.store(false, ordering: .releasing)
    }
}

extension RecordBatchBuilder {
    /// Calls `body` with this batch, in place.
    fileprivate mutating func apply<Answer, Failure: Error>(
        _ body: (inout RecordBatchBuilder) throws(Failure) -> Answer
    ) throws(Failure) -> Answer { try body(&self) }
}
