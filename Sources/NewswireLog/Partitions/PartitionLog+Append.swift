internal import Synchronization

extension PartitionLog {
    /// Appends the records that `fill` adds to a batch, and returns when they are as durable as
    /// asked.
    ///
    /// The batch is built in memory of the log that is used again and again: no allocation per
    /// append. The topic's codec is applied. If a record was refused for its size, nothing is
    /// appended.
    /// - Parameters:
    ///   - durability: what the return promises; the topic's level when nil. Order and visibility
    ///     follow the topic's level whatever is asked.
    ///   - fill: adds the records, in order; it runs on this thread, once, with no lock held.
    /// - Returns: the offsets that the records got.
    /// - Throws: `.messageTooLarge` and `.batchTooLargeForSegment` with both numbers,
    ///   `.invalidBatch` for an empty batch, `.inputOutput` when a write failed (nothing of it can
    ///   be read), `.stopped` when a sync failed (the outcome is unknown), `.closed`, `.deleted`,
    ///   `.readOnly`.
    /// - Complexity: one write, and one sync when the promise needs it.
    @discardableResult
    public func append(
        durability: Durability? = nil, _ fill: (inout RecordBatchBuilder) -> Void
    ) throws(LogFailure) -> AppendedBatch {
        setUseMark()
        let limits = self.limits.withLock { $0 }
        let now = services.time.wallClock()
        let written = try services.spares.withBatch { batch throws(LogFailure) in
            batch.defaultTimestamp = now
            // Compressed, the records may fit though they do not before.
            batch.byteLimit = limits.codec == .none ? limits.maxMessageBytes : .max
            fill(&batch)
            return try write(&batch, limits, Promise(asked: durability), waiter: nil)
        }
        if written.waitsForSync {
            try services.commits.commit(self, upTo: written.batch.lastOffset + 1)
        } else if written.needsCommit {
            services.commits.commitSoon(self)
        }
        return written.batch
    }

    /// Appends the records of `batch`, which is sealed here; never waits for a sync.
    ///
    /// - Parameters:
    ///   - batch: the records; the caller resets it for the next ones.
    ///   - acknowledge: what the waiter waits for; the topic's level when nil.
    ///   - waiter: completed exactly once, from any thread, unless this throws.
    /// - Returns: the offsets that the records got.
    /// - Throws: what the blocking append throws before it waits.
    package func append(
        _ batch: inout RecordBatchBuilder, acknowledge: Durability? = nil,
        waiter: (any AppendWaiter)?
    ) throws(LogFailure) -> AppendedBatch {
        let written = try write(
            &batch, limits.withLock { $0 }, Promise(asked: acknowledge), waiter: waiter)
        if waiter != nil, !written.waitsForSync { completeWaiters() }
        if written.needsCommit { services.commits.commitSoon(self) }
        return written.batch
    }

    /// Makes everything appended so far durable.
    ///
    /// - Throws: `.stopped` after a failed sync.
    public func synchronize() throws(LogFailure) {
        let end: Offset? = try writer.withLock { writer throws(LogFailure) in
            // Also when nothing is unsynced: who asks wants to know of appends that failed.
            if case .stopped(let partition, let failure)? = writer.refusal {
                throw .stopped(partition, failure)
            }
            let isDurable = writer.isSynced && writer.committed.offset == writer.nextOffset
            return isDurable ? nil : writer.nextOffset
        }
        guard let end else { return }
        try services.commits.commit(self, upTo: end)
    }

    // MARK: Before the lock

    /// What an acknowledgement waits for.
    struct Promise {
        let asked: Durability?

        /// Whether it waits for a sync on a topic of this level.
        func waitsForSync(on level: Durability) -> Bool {
            guard let asked else { return level == .synced }
            return asked == .synced || asked > level
        }
    }

    /// A batch that is in its segment.
    struct Written {
        let batch: AppendedBatch
        let waitsForSync: Bool
        let needsCommit: Bool
    }

    private func seal(_ batch: inout RecordBatchBuilder, _ limits: BatchLimits)
        throws(LogFailure)
    {
        if let byteCount = batch.refusedByteCount {
            throw .messageTooLarge(partition, byteCount: byteCount, limit: limits.maxMessageBytes)
        }
        guard batch.recordCount > 0 else {
            throw .invalidBatch(partition, .badCounts(recordCount: 0, lastOffsetDelta: -1))
        }
        do throws(BatchFailure) {
            let isStamped = limits.timestampType == .logAppendTime
            try batch.seal(
                codec: batch.codec ?? limits.codec, gzipLevel: limits.gzipLevel,
                logAppendTime: isStamped ? services.time.wallClock() : nil, producer: nil,
                kind: .data)
        } catch { throw .invalidBatch(partition, error) }
        guard batch.encodedByteCount <= limits.maxMessageBytes else {
            throw .messageTooLarge(
                partition, byteCount: batch.encodedByteCount, limit: limits.maxMessageBytes)
        }
        guard batch.encodedByteCount <= limits.segmentBytes else {
            throw .batchTooLargeForSegment(
                partition, byteCount: batch.encodedByteCount, limit: limits.segmentBytes)
        }
    }

    // MARK: Under the lock

    private func write(
        _ batch: inout RecordBatchBuilder, _ limits: BatchLimits, _ promise: Promise,
        waiter: (any AppendWaiter)?
    ) throws(LogFailure) -> Written {
        guard !services.isReadOnly else { throw .readOnly(path: services.directory) }
        try seal(&batch, limits)
        let stamp = limits.timestampType == .logAppendTime ? batch.maxTimestamp : .absent
        while true {
            do throws(LogFailure) {
                let written = try finish { writer throws(LogFailure) in
                    let facts = try self.write(&batch, &writer)
                    return self.acknowledge(facts, stamp, promise, waiter, &writer)
                }
                waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
                return written
            } catch {
                // Not under the lock: the syncs that others wait for complete their waiters.
                guard case .inputOutput(_, let failure) = error, failure.isOutOfDescriptors,
                    services.freeDescriptor()
                else { throw error }
            }
        }
    }

    /// Runs `body` under the lock and what it left to do afterwards.
    func finish<Answer>(
        _ body: (inout PartitionWriter) throws(LogFailure) -> Answer
    ) throws(LogFailure) -> Answer {
        var effects: [PartitionWriter.Effect] = []
        defer { for effect in effects { perform(effect) } }
        return try writer.withLock { writer throws(LogFailure) in
            defer { effects = writer.takeEffects() }
            return try body(&writer)
        }
    }

    /// Ends the active segment now.
    func roll(because reason: RollPolicy.Reason, now: Timestamp) throws(LogFailure) {
        try finish { writer throws(LogFailure) in
            try self.roll(&writer, because: reason, now: now)
        }
    }

    private func perform(_ effect: PartitionWriter.Effect) {
        switch effect {
        case .report(let event): services.onEvent(event)
        case .maintain(let instant): requestMaintenance(at: instant)
        case .commitSoon: services.commits.commitSoon(self)
        case .holdDescriptor: services.descriptors.insert(self)
        }
    }

    private func write(
        _ batch: inout RecordBatchBuilder, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> BatchFacts {
        if let refusal = writer.refusal { throw refusal }
        let facts = BatchFacts(
            baseOffset: writer.nextOffset,
            lastOffset: writer.nextOffset + Int64(batch.lastOffsetDelta),
            maxTimestamp: batch.maxTimestamp, byteCount: batch.encodedByteCount)
        try openActive(for: facts, &writer)
        let epoch = try epoch(for: facts.baseOffset, &writer)
        batch.stamp(baseOffset: facts.baseOffset, leaderEpoch: epoch)
        do throws(IOFailure) {
            try writer.active?.append(
                batch.encoded, facts, indexBytes: writer.configuration.segmentIndexBytes)
        } catch { throw .inputOutput(partition, error) }
        writer.nextOffset = facts.nextOffset
        logEnd.store(facts.nextOffset.value, ordering: .releasing)
        return facts
    }

    private func acknowledge(
        _ facts: BatchFacts, _ stamp: Timestamp, _ promise: Promise, _ waiter: (any AppendWaiter)?,
        _ writer: inout PartitionWriter
    ) -> Written {
        let level = writer.configuration.durability
        let waitsForSync = promise.waitsForSync(on: level)
        let batch = AppendedBatch(
            baseOffset: facts.baseOffset, lastOffset: facts.lastOffset, logAppendTime: stamp)
        if level != .synced { publish(&writer) }
        if let waiter {
            if waitsForSync {
                writer.waiters.wait(waiter, for: batch)
            } else {
                writer.waiters.finish(waiter, batch)
            }
        }
        noteUnsynced(facts.byteCount, level, &writer)
        return Written(
            batch: batch, waitsForSync: waitsForSync,
            needsCommit: waitsForSync || level == .synced)
    }

    /// Lets readers see everything that is written.
    private func publish(_ writer: inout PartitionWriter) {
        // Left by a time when the topic was `synced`.
        for (segment, byteCount) in writer.unpublished { segment.publish(upTo: byteCount) }
        if !writer.unpublished.isEmpty { writer.unpublished = [] }
        writer.active?.publish()
        visibleEnd.store(writer.nextOffset.value, ordering: .sequentiallyConsistent)
    }

    private func noteUnsynced(
        _ byteCount: Int, _ level: Durability, _ writer: inout PartitionWriter
    ) {
        writer.unsyncedByteCount += byteCount
        guard level == .interval else { return }
        if writer.unsyncedSince == nil {
            let now = services.time.instant()
            writer.unsyncedSince = now
            writer.effects.append(.maintain(at: now + writer.configuration.flushInterval))
        }
        if writer.unsyncedByteCount >= writer.configuration.flushBytes {
            writer.effects.append(.commitSoon)
            writer.unsyncedByteCount = 0
        }
    }
}
