internal import Synchronization

/// Memory for the next batch of a partition, so that an append allocates none.
///
/// One batch is kept; threads that append at the same time make their own.
final class SpareBatch: Sendable {
    /// The largest memory that is kept.
    private static let byteCapacityMax = 4 << 20

    private let spare = Mutex(RecordBatchBuilder?.none)

    /// An empty batch to fill.
    func take() -> RecordBatchBuilder {
        var taken = RecordBatchBuilder?.none
        spare.withLock { swap(&$0, &taken) }
        return taken.take() ?? RecordBatchBuilder()
    }

    /// Keeps the memory of `batch`, unless it is large.
    func giveBack(_ batch: consuming RecordBatchBuilder) {
        guard batch.byteCapacity <= Self.byteCapacityMax else { return }
        batch.reset()
        var kept: RecordBatchBuilder? = consume batch
        spare.withLock { swap(&$0, &kept) }
    }
}
