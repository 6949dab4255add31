internal import Synchronization

/// The memory of a batch that is being filled; one thread at a time has it.
final class BatchMemory: @unchecked Sendable {
    // Unchecked: whoever took it from the pool, or the lock of the producer that did, guards it.
    var batch = RecordBatchBuilder()

    /// Adds a record.
    ///
    /// - Returns: the batch's size with it; nil when the batch is full.
    func append(_ record: borrowing OutgoingRecord) -> Int? {
        let timestamp = record.timestamp ?? batch.defaultTimestamp
        let isAdded = batch.append(
            record.key, record.value, record.headers, headerCount: record.headerCount, timestamp)
        return isAdded ? batch.byteCount : nil
    }

    /// Makes the empty batch ready for records of a topic.
    ///
    /// - Parameters:
    ///   - configuration: the topic's.
    ///   - now: the time of records that bring none.
    func prepare(_ configuration: LogConfiguration, now: Timestamp) {
        batch.defaultTimestamp = now
        // Compressed, the records may fit though they do not before: the log looks at the result.
        batch.byteLimit =
            configuration.compression == .none ? configuration.maxMessageBytes : .max
    }
}

/// Memories of batches that are used again, so that a steady stream allocates none.
final class BatchMemoryPool: Sendable {
    /// How many memories wait for the next use at most: some for each of a few threads.
    private static let spareCountMax = 32
    /// A memory that grew past this is not kept: one large batch must not cost for ever.
    private static let spareBytesMax = 1 << 20

    private let spares = Mutex<[BatchMemory]>([])

    /// An empty memory.
    func take() -> BatchMemory { spares.withLock { $0.popLast() } ?? BatchMemory() }

    /// Takes a memory back and forgets what it holds.
    func giveBack(_ memory: BatchMemory) {
        guard memory.batch.byteCapacity <= Self.spareBytesMax else { return }
        memory.batch.reset()
        spares.withLock { spares in
            if spares.count < Self.spareCountMax { spares.append(memory) }
        }
    }
}
