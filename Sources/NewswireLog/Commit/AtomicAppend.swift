internal import Synchronization

/// One partition's part of an atomic append.
public struct PartitionAppend: Sendable {
    /// The log that it goes to; its level has to be `synced`.
    public let log: PartitionLog
    /// Adds the records, in order; called once, on the thread of the append, with no lock held.
    public let fill: @Sendable (inout RecordBatchBuilder) -> Void

    /// What `fill` adds goes to `log`.
    public init(
        to log: PartitionLog, _ fill: @escaping @Sendable (inout RecordBatchBuilder) -> Void
    ) {
        self.log = log
        self.fill = fill
    }
}

extension LogDirectory {
    /// Appends to several partitions at once: all of it happens, or nothing, whatever fails.
    ///
    /// Each part is one batch of its partition. On return all of them are durable.
    /// - Parameter parts: one for each partition, of topics whose level is `synced`.
    /// - Returns: the offsets that the records got, in the order of `parts`.
    /// - Throws: `.atomicAppend` when the parts cannot go together (two for one partition, another
    ///   level or directory, more than 4 MiB in all), and what the append of one batch throws;
    ///   nothing was appended then, but after `.stopped`, and `.deleted` by somebody meanwhile,
    ///   the outcome is unknown.
    /// - Complexity: one sync.
    @discardableResult
    public func append(_ parts: [PartitionAppend]) throws(LogFailure) -> [AppendedBatch] {
        let batches = try append(parts, waiter: nil)
        // One commit for all, but they become visible one after the other.
        for (part, batch) in zip(parts, batches) {
            try services.commits.commit(part.log, upTo: batch.lastOffset + 1)
        }
        return batches
    }

    /// The same without waiting for the sync.
    ///
    /// - Parameters:
    ///   - parts: one for each partition.
    ///   - waiter: completed once, when all parts are, with a batch of one of them, unless this
    ///     throws.
    /// - Returns: the offsets that the records got, in the order of `parts`.
    /// - Throws: what the twin throws before it waits.
    package func append(
        _ parts: [PartitionAppend], waiter: (any AppendWaiter)?
    ) throws(LogFailure) -> [AppendedBatch] {
        guard !services.isReadOnly else { throw .readOnly(path: path) }
        guard let first = parts.first?.log else { return [] }
        var append = AtomicAppend(services)
        for part in parts { try append.add(part) }
        try append.checkSize()
        let joint = waiter.map { JointWaiter($0, partCount: parts.count) }
        return try append.run(completing: joint, soonOf: first)
    }
}

/// Completes the waiter of an atomic append once all of its parts are.
private final class JointWaiter: AppendWaiter {
    private struct State {
        var openCount: Int
        var failure: LogFailure?
    }

    private let waiter: any AppendWaiter
    private let state: Mutex<State>

    init(_ waiter: any AppendWaiter, partCount: Int) {
        self.waiter = waiter
        state = Mutex(State(openCount: partCount))
    }

    func complete(_ outcome: Result<AppendedBatch, LogFailure>) {
        let all: Result<AppendedBatch, LogFailure>? = state.withLock { state in
            state.openCount -= 1
            if case .failure(let failure) = outcome { state.failure = state.failure ?? failure }
            guard state.openCount == 0 else { return nil }
            return state.failure.map { .failure($0) } ?? outcome
        }
        if let all { waiter.complete(all) }
    }
}

/// An atomic append under way.
private struct AtomicAppend {
    private struct Part {
        let log: PartitionLog
        var bytes: [UInt8]
        let lastOffsetDelta: Int32
        let maxTimestamp: Timestamp
        let stamp: Timestamp
        var facts: BatchFacts?

        /// Puts what is outside the checksum into the batch.
        mutating func stamp(_ facts: BatchFacts, _ leaderEpoch: Int32) {
            self.facts = facts
            var (offset, epoch): ([UInt8], [UInt8]) = ([], [])
            offset.append(bigEndian: facts.baseOffset.value)
            epoch.append(bigEndian: leaderEpoch)
            bytes.replaceSubrange(RecordBatchLayout.baseOffset, with: offset)
            bytes.replaceSubrange(RecordBatchLayout.leaderEpoch, with: epoch)
        }

        /// The batch, once it has its offsets.
        var batch: AppendedBatch? {
            facts.map {
                AppendedBatch(
                    baseOffset: $0.baseOffset, lastOffset: $0.lastOffset, logAppendTime: stamp)
            }
        }
    }

    private let services: LogServices
    /// In the order in which they were asked for.
    private var parts: [Part] = []

    init(_ services: LogServices) { self.services = services }

    /// Builds the batch of a part.
    mutating func add(_ part: PartitionAppend) throws(LogFailure) {
        let log = part.log
        guard log.services === services else {
            throw .atomicAppend(log.partition, "it belongs to another directory, or another open")
        }
        guard !parts.contains(where: { $0.log === log }) else {
            throw .atomicAppend(log.partition, "it is named twice")
        }
        let limits = log.limits.withLock { $0 }
        let sealed = try services.spares.withBatch { batch throws(LogFailure) in
            log.fill(&batch, limits, part.fill)
            try log.seal(&batch, limits)
            return Part(
                log: log, bytes: [UInt8](copying: batch.encoded),
                lastOffsetDelta: batch.lastOffsetDelta, maxTimestamp: batch.maxTimestamp,
                stamp: limits.timestampType == .logAppendTime ? batch.maxTimestamp : .absent)
        }
        parts.append(sealed)
    }

    /// All parts go into one group of the commit log: it has to hold them.
    func checkSize() throws(LogFailure) {
        let limit = OpenGroup.byteCountMax - RedoGroup.Layout.headerByteCount
        let byteCount = parts.reduce(0) { sum, part in
            sum + OpenGroup.cost(part.bytes.count, to: part.log.partition)
        }
        guard byteCount > limit, let log = parts.first?.log else { return }
        throw .atomicAppend(
            log.partition, "\(byteCount) bytes do not go together: at most \(limit) do")
    }

    /// Has all parts accepted together.
    mutating func run(
        completing waiter: JointWaiter?, soonOf first: PartitionLog
    ) throws(LogFailure) -> [AppendedBatch] {
        // Always in the same order: two atomic appends never wait for each other.
        let order = parts.indices.sorted { left, right in
            let (left, right) = (parts[left].log, parts[right].log)
            return (left.identity.id, left.partition) < (right.identity.id, right.partition)
        }
        var lackedCount = 0
        while true {
            var effects: [(PartitionLog, PartitionWriter.Effect)] = []
            var obstacle: (PartitionLog, PartitionLog.Obstacle)?
            do throws(LogFailure) {
                defer { for (log, effect) in effects { log.perform(effect) } }
                obstacle = try lock(order[...], [], &effects) { writer, batch in
                    guard let waiter else { return }
                    writer.waiters.wait(waiter, for: batch, needsSync: true)
                }
            } catch {
                try services.makeRoom(after: error, attempt: &lackedCount)
                continue
            }
            guard let (log, reason) = obstacle else { break }
            try log.overcome(reason, parts.reduce(0) { $0 + $1.bytes.count })
        }
        services.commits.commitSoon(first)
        return parts.compactMap(\.batch)
    }

    /// Locks the partitions of `rest` one after the other, adds all parts to the open group, and
    /// moves the ends of the partitions on the way back.
    ///
    /// - Returns: what keeps them from being accepted, and where; nothing happened then.
    private mutating func lock(
        _ rest: ArraySlice<Int>, _ ready: [AtomicPart],
        _ effects: inout [(PartitionLog, PartitionWriter.Effect)],
        _ accepted: (inout PartitionWriter, AppendedBatch) -> Void
    ) throws(LogFailure) -> (PartitionLog, PartitionLog.Obstacle)? {
        guard let slot = rest.first else { return try add(ready) }
        let log = parts[slot].log
        return try log.writer.withLock { writer throws(LogFailure) in
            defer { effects += writer.takeEffects().map { (log, $0) } }
            guard !writer.isAltering else { return (log, .change) }
            let part = try prepare(slot, &writer)
            let obstacle = try lock(rest.dropFirst(), ready + [part], &effects, accepted)
            guard obstacle == nil, let facts = parts[slot].facts else { return obstacle }
            writer.active?.run = nil
            writer.active?.accept(facts, indexBytes: writer.configuration.segmentIndexBytes)
            log.noteAccepted(facts, &writer)
            if let batch = parts[slot].batch { accepted(&writer, batch) }
            return nil
        }
    }

    private mutating func prepare(
        _ slot: Int, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> AtomicPart {
        let log = parts[slot].log
        guard writer.configuration.durability == .synced else {
            throw .atomicAppend(
                log.partition,
                "its level is \(writer.configuration.durability.rawValue), not synced")
        }
        let facts = BatchFacts(
            baseOffset: writer.nextOffset,
            lastOffset: writer.nextOffset + Int64(parts[slot].lastOffsetDelta),
            maxTimestamp: parts[slot].maxTimestamp, byteCount: parts[slot].bytes.count)
        let epoch = try log.prepare(facts, &writer)
        do throws(IOFailure) {
            try writer.active?.reserve(facts.byteCount)
        } catch { throw .inputOutput(log.partition, error) }
        parts[slot].stamp(facts, epoch)
        guard let target = log.target(of: facts, isAwaitedWritten: false, writer) else {
            preconditionFailure("a batch was prepared for a log without an active segment")
        }
        return AtomicPart(target: target, bytes: parts[slot].bytes)
    }

    private func add(
        _ ready: [AtomicPart]
    ) throws(LogFailure) -> (PartitionLog, PartitionLog.Obstacle)? {
        guard let log = ready.first?.target.log else { return nil }
        switch services.commitLog.add(ready) {
        case .added: return nil
        case .full: return (log, .group)
        case .noRoom: return (log, .room)
        case .stopped(let failure): throw .stopped(log.partition, failure)
        }
    }
}
