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
        // Below a sync, what a `synced` topic promises is told by the one who commits.
        let waiter = durability.flatMap { $0 == .synced ? nil : BlockedAppend() }
        let written = try services.spares.withBatch { batch throws(LogFailure) in
            self.fill(&batch, limits, fill)
            return try write(&batch, limits, Promise(asked: durability), waiter: waiter)
        }
        switch written.wait {
        case .sync: try services.commits.commit(self, upTo: written.batch.lastOffset + 1)
        case .write:
            services.commits.commitSoon(self)
            try waiter?.wait(for: services)
        case .nothing: if written.needsCommit { services.commits.commitSoon(self) }
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
        if waiter != nil, written.wait == .nothing { completeWaiters() }
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
            let isInLog = writer.configuration.durability == .synced
            let isDurable = writer.durableEnd == writer.nextOffset && (isInLog || writer.isSynced)
            return isDurable ? nil : writer.nextOffset
        }
        guard let end else { return }
        try services.commits.commit(self, upTo: end)
    }

    // MARK: Before the lock

    /// What an acknowledgement promises.
    struct Promise {
        let asked: Durability?

        /// What it waits for on a topic of this level.
        func wait(on level: Durability) -> Wait {
            guard level == .synced else {
                guard let asked else { return .nothing }
                return asked == .synced || asked > level ? .sync : .nothing
            }
            switch asked {
            case nil, .synced: return .sync
            case .written, .interval: return .write
            case .some(.none): return .nothing
            }
        }
    }

    /// What an acknowledgement waits for.
    enum Wait {
        case nothing
        /// Until the commit log holds it: then it survives the end of the process.
        case write
        case sync
    }

    /// A batch that was accepted.
    struct Written {
        let batch: AppendedBatch
        let wait: Wait
        let needsCommit: Bool
    }

    /// Why a batch cannot be accepted at once.
    enum Obstacle {
        /// A group has to be committed first.
        case group
        /// There is no room in the redo files.
        case room
        /// The level is being changed.
        case change
    }

    /// Has `body` add records to an empty batch.
    func fill(
        _ batch: inout RecordBatchBuilder, _ limits: BatchLimits,
        _ body: (inout RecordBatchBuilder) -> Void
    ) {
        batch.defaultTimestamp = services.time.wallClock()
        // Compressed, the records may fit though they do not before.
        batch.byteLimit = limits.codec == .none ? limits.maxMessageBytes : .max
        body(&batch)
    }

    func seal(_ batch: inout RecordBatchBuilder, _ limits: BatchLimits)
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
        var lackedCount = 0
        while true {
            var written: Written?
            var obstacle: Obstacle?
            do throws(LogFailure) {
                try finish { writer throws(LogFailure) in
                    let facts = try self.prepare(&batch, &writer)
                    let wait = promise.wait(on: writer.configuration.durability)
                    obstacle = try self.accept(batch.encoded, facts, wait, &writer)
                    guard obstacle == nil else { return }
                    written = self.acknowledge(facts, stamp, wait, waiter, &writer)
                }
                if let obstacle { try overcome(obstacle, batch.encodedByteCount) }
            } catch {
                // Not under the lock: the syncs that others wait for complete their waiters.
                try services.makeRoom(after: error, attempt: &lackedCount)
            }
            if let written {
                waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
                return written
            }
        }
    }

    /// Does away with what keeps a batch of `byteCount` bytes from being accepted; no lock is held.
    func overcome(_ obstacle: Obstacle, _ byteCount: Int) throws(LogFailure) {
        switch obstacle {
        case .group: services.commits.advance()
        case .change: altering.withLock { _ in }
        case .room:
            try LogFailure.wrapping(partition) { () throws(IOFailure) in
                try services.makeRoom(for: OpenGroup.cost(byteCount, to: partition))
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

    func perform(_ effect: PartitionWriter.Effect) {
        switch effect {
        case .report(let event): services.onEvent(event)
        case .maintain(let instant): requestMaintenance(at: instant)
        case .commitSoon: services.commits.commitSoon(self)
        case .holdDescriptor: services.descriptors.insert(self)
        }
    }

    /// Has a segment ready for the batch, and gives the batch its offsets; nothing is accepted yet.
    private func prepare(
        _ batch: inout RecordBatchBuilder, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> BatchFacts {
        let facts = BatchFacts(
            baseOffset: writer.nextOffset,
            lastOffset: writer.nextOffset + Int64(batch.lastOffsetDelta),
            maxTimestamp: batch.maxTimestamp, byteCount: batch.encodedByteCount)
        let epoch = try prepare(facts, &writer)
        batch.stamp(baseOffset: facts.baseOffset, leaderEpoch: epoch)
        return facts
    }

    /// Has a segment ready for a batch.
    ///
    /// - Returns: the leader epoch of the batch.
    func prepare(
        _ facts: BatchFacts, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> Int32 {
        if let refusal = writer.refusal { throw refusal }
        try openActive(for: facts, &writer)
        return try epoch(for: facts.baseOffset, &writer)
    }

    /// Writes a batch to its segment, or adds it to the open group of the commit log.
    ///
    /// - Returns: what keeps it from being accepted; nil when it was.
    private func accept(
        _ bytes: RawSpan, _ facts: BatchFacts, _ wait: Wait, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> Obstacle? {
        guard !writer.isAltering else { return .change }
        if writer.configuration.durability == .synced {
            if let obstacle = try add(bytes, facts, wait, &writer) { return obstacle }
        } else {
            do throws(IOFailure) {
                try writer.active?.append(
                    bytes, facts, indexBytes: writer.configuration.segmentIndexBytes)
            } catch { throw .inputOutput(partition, error) }
        }
        noteAccepted(facts, &writer)
        return nil
    }

    /// Moves the end behind a batch that was accepted.
    func noteAccepted(_ facts: BatchFacts, _ writer: inout PartitionWriter) {
        writer.nextOffset = facts.nextOffset
        logEnd.store(facts.nextOffset.value, ordering: .releasing)
    }

    private func acknowledge(
        _ facts: BatchFacts, _ stamp: Timestamp, _ wait: Wait, _ waiter: (any AppendWaiter)?,
        _ writer: inout PartitionWriter
    ) -> Written {
        let level = writer.configuration.durability
        let batch = AppendedBatch(
            baseOffset: facts.baseOffset, lastOffset: facts.lastOffset, logAppendTime: stamp)
        if level != .synced {
            publish(&writer)
            noteUnsynced(facts.byteCount, level, &writer)
        }
        if let waiter {
            if wait == .nothing {
                writer.waiters.finish(waiter, batch)
            } else {
                writer.waiters.wait(waiter, for: batch, needsSync: wait == .sync)
            }
        }
        return Written(
            batch: batch, wait: wait, needsCommit: wait != .nothing || level == .synced)
    }

    /// Lets readers see everything that is written.
    private func publish(_ writer: inout PartitionWriter) {
        guard let active = writer.active else { return }
        active.publish()
        writer.applied = PartitionWriter.Place(
            offset: writer.nextOffset, segment: active.segment.baseOffset,
            position: FilePosition(active.byteCount))
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
