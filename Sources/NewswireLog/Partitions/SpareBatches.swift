internal import Synchronization

/// Batches of a directory whose memory is used again and again, so that an append allocates none.
///
/// A few for all partitions: an idle partition keeps no memory. More threads than there are batches
/// make their own.
final class SpareBatches: Sendable {
    // Not an array: walking one retains it and its elements. A lock that is only tried is a token:
    // who has it owns the memory, the others go on to the next.
    private let first = Mutex(RecordBatchBuilder?.none)
    private let second = Mutex(RecordBatchBuilder?.none)
    private let third = Mutex(RecordBatchBuilder?.none)

    /// The largest memory that is kept.
    private static let byteCapacityMax = 4 << 20

    /// Calls `body` with an empty batch.
    func withBatch<Answer: Sendable, Failure: Error>(
        _ body: (inout RecordBatchBuilder) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        func use(_ kept: inout RecordBatchBuilder?) throws(Failure) -> Answer {
            if kept == nil { kept = RecordBatchBuilder() }
            defer {
                kept?.reset()
                if kept?.byteCapacity ?? 0 > Self.byteCapacityMax { kept = nil }
            }
            guard let answer = try kept?.apply(body) else { preconditionFailure("no batch to use") }
            return answer
        }
        if let answer = try first.withLockIfAvailable({ kept throws(Failure) in try use(&kept) }) {
            return answer
        }
        if let answer = try second.withLockIfAvailable({ kept throws(Failure) in try use(&kept) }) {
            return answer
        }
        if let answer = try third.withLockIfAvailable({ kept throws(Failure) in try use(&kept) }) {
            return answer
        }
        var batch = RecordBatchBuilder()
        return try body(&batch)
    }
}

extension RecordBatchBuilder {
    /// Calls `body` with this batch, in place.
    fileprivate mutating func apply<Answer, Failure: Error>(
        _ body: (inout RecordBatchBuilder) throws(Failure) -> Answer
    ) throws(Failure) -> Answer { try body(&self) }
}
