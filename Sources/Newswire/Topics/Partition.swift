/// One partition of a topic: appends and reads without anything in between.
public final class Partition: Sendable {
    /// Topic and number.
    public let topicPartition: TopicPartition
    package let log: PartitionLog
    private let services: EngineServices

    init(_ log: PartitionLog, _ services: EngineServices) {
        topicPartition = log.partition
        self.log = log
        self.services = services
    }

    /// Its number in the topic.
    public var number: Int { topicPartition.partition }

    /// Where it begins and ends now.
    public var offsets: LogOffsets { log.offsets }

    /// How many segments and bytes it has now.
    public var storage: PartitionStorage { log.storage }

    // MARK: Appending

    /// Appends the records that `fill` adds to a batch, and returns when they are as durable as
    /// asked.
    ///
    ///     try orders.partition(0).append { batch in
    ///         for event in events { batch.append(key: event.key, value: event.body) }
    ///     }
    ///
    /// The records go from the caller's memory into the batch and to the log, without copies
    /// between. If one is refused for its size, nothing is appended.
    /// - Parameters:
    ///   - durability: what the return promises; the topic's level when nil.
    ///   - fill: adds the records in order; called once, on this thread, with no lock held.
    /// - Returns: the offsets that the records got.
    /// - Throws: `.messageTooLarge`, `.invalidRecord` for an empty batch, `.inputOutput` or
    ///   `.diskFull` (nothing of it can be read), `.stopped` (the outcome is unknown until the
    ///   directory is opened again), `.closed`, `.deleted`, `.readOnly`.
    /// - Complexity: one write, and one sync when the promise needs it; no allocation.
    @discardableResult
    public func append(
        durability: Durability? = nil, _ fill: (inout RecordBatchBuilder) -> Void
    ) throws(NewswireError) -> AppendedBatch {
        var byteCount = 0
        do throws(LogFailure) {
            let batch = try log.append(durability: durability) { batch in
                fill(&batch)
                byteCount = batch.byteCount
            }
            services.counters.noteAppended(records: batch.recordCount, byteCount: byteCount)
            return batch
        } catch {
            throw NewswireError(error)
        }
    }

    /// Appends like ``append(durability:_:)``, and waits for the disk without holding a thread.
    @discardableResult
    public func send(
        durability: Durability? = nil, _ fill: (inout RecordBatchBuilder) -> Void
    ) async throws(NewswireError) -> AppendedBatch {
        let waiter = AppendPromise()
        let memory = services.memories.take()
        memory.prepare(log.configuration, now: services.time.wallClock())
        fill(&memory.batch)
        let byteCount = memory.batch.byteCount
        do throws(LogFailure) {
            defer { services.memories.giveBack(memory) }
            _ = try log.append(&memory.batch, acknowledge: durability, waiter: waiter)
        } catch {
            throw NewswireError(error)
        }
        let outcome = await waiter.value()
        do throws(LogFailure) {
            let batch = try outcome.get()
            services.counters.noteAppended(records: batch.recordCount, byteCount: byteCount)
            return batch
        } catch {
            throw NewswireError(error)
        }
    }

    /// Makes everything appended so far durable, whatever the topic's level.
    public func synchronize() throws(NewswireError) {
        try translatingFailures { () throws(LogFailure) in try log.synchronize() }
    }

    // MARK: Reading

    /// Reads whole batches from the one that holds `offset` on.
    ///
    /// The slice is mapped, not copied. Its records begin with `offset`.
    /// - Parameters:
    ///   - offset: from the log's start to its end; at the end the slice is empty.
    ///   - maxBytes: how many bytes of batches at most; one batch comes even if it is larger.
    /// - Returns: the batches, which stay readable whatever happens to the log.
    /// - Throws: `.offsetOutOfRange` with what can be read, `.corrupt` with the place of the
    ///   damage.
    public func read(
        from offset: Offset, maxBytes: Int = 1 << 20
    ) throws(NewswireError) -> FetchedSlice {
        do throws(LogFailure) {
            let slice = try log.read(from: offset, maxBytes: maxBytes)
            if !slice.isEmpty { services.counters.noteRead(byteCount: slice.byteCount) }
            return slice
        } catch {
            throw NewswireError(error)
        }
    }

    /// The first record whose timestamp is not before `timestamp`; nil when there is none.
    public func firstOffset(at timestamp: Timestamp) throws(NewswireError) -> FoundRecord? {
        try translatingFailures { () throws(LogFailure) in try log.firstOffset(at: timestamp) }
    }

    /// The offset that a position means now.
    ///
    /// - Throws: `.offsetOutOfRange` for an offset that cannot be read.
    public func offset(of position: StartPosition) throws(NewswireError) -> Offset {
        let offsets = log.offsets
        switch position {
        case .beginning: return offsets.logStartOffset
        case .end: return offsets.highWatermark
        case .timestamp(let timestamp):
            return try firstOffset(at: timestamp)?.offset ?? offsets.highWatermark
        case .last(let count):
            let distance = min(Int64(max(count, 0)), offsets.highWatermark.value)
            return max(offsets.logStartOffset, Offset(offsets.highWatermark.value - distance))
        case .offset(let offset):
            let valid = offsets.logStartOffset...offsets.highWatermark
            guard valid.contains(offset) else {
                throw NewswireError(.offsetOutOfRange(topicPartition, offset, valid: valid))
            }
            return offset
        }
    }

    /// The damaged offsets at `offset` and, as their end, the first one behind that can be read.
    ///
    /// For who was told `.corrupt` and wants to go on behind the damage.
    public func damagedRange(at offset: Offset) throws(NewswireError) -> Range<Offset> {
        try translatingFailures { () throws(LogFailure) in try log.damagedRange(at: offset) }
    }

    // MARK: Trimming

    /// Removes the records before a point; it is durable on return.
    ///
    /// - Returns: the log's new start, which never goes back.
    @discardableResult
    public func trim(before point: TrimPoint) throws(NewswireError) -> Offset {
        let offset: Offset
        switch point {
        case .offset(let wanted): offset = wanted
        case .timestamp(let timestamp): offset = try self.offset(of: .timestamp(timestamp))
        case .end: offset = log.offsets.highWatermark
        }
        try translatingFailures { () throws(LogFailure) in try log.trim(before: offset) }
        return log.offsets.logStartOffset
    }
}
