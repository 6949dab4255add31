internal import Synchronization

/// The log of one partition: appends at its end, reads anywhere.
///
/// Appends of several threads are ordered by one lock, which is held for the write and nothing
/// longer. Readers never wait for it: they use the end that was published and a snapshot of the
/// list of segments. (Swift has no atomic reference, so the snapshot is taken under a lock of its
/// own, which is held for one retain.)
public final class PartitionLog: Sendable {
    /// The partition.
    public let partition: TopicPartition

    package let identity: PartitionIdentity
    let services: LogServices
    let directory: String
    let writer: Mutex<PartitionWriter>
    let view: Mutex<ReadView>
    /// The end of what readers see.
    let visibleEnd: Atomic<Int64>
    /// The offset of the next record.
    let logEnd: Atomic<Int64>
    let waitingReads = WaitingReads()
    let limits: Mutex<BatchLimits>
    /// One sync at a time: held through it, so that an error is met by exactly one of them.
    let syncing = Mutex(())
    /// Held while the level is changed: appends wait for it.
    let altering = Mutex(())
    private let isEnlisted = Atomic(false)
    private let useMark = Atomic(false)
    /// Why nothing more can be read.
    private let ending = Atomic(Ending.none)

    enum Ending: UInt8, AtomicRepresentable {
        case none, closed, deleted
    }

    /// When maintenance is due, in nanoseconds of the monotonic clock; the largest number is never.
    let maintenanceDue = Atomic(Int64.max)

    /// What readers look at.
    struct ReadView {
        var segments: [Segment]
        var logStartOffset: Offset
    }

    init(
        _ partition: TopicPartition, identity: PartitionIdentity, recovered: RecoveredLog,
        configuration: LogConfiguration, on services: LogServices
    ) {
        self.partition = partition
        self.identity = identity
        self.services = services
        directory = "\(services.directory)/\(partition)"
        limits = Mutex(BatchLimits(configuration))
        writer = Mutex(PartitionWriter(recovered, configuration: configuration))
        view = Mutex(
            ReadView(segments: recovered.segments, logStartOffset: recovered.logStartOffset))
        visibleEnd = Atomic(recovered.nextOffset.value)
        logEnd = Atomic(recovered.nextOffset.value)
    }

    /// Where the log begins and ends now.
    public var offsets: LogOffsets {
        // The start first: an end that is read after it is never before it.
        let start = view.withLock { $0.logStartOffset }
        let visible = Offset(visibleEnd.load(ordering: .acquiring))
        let end = Offset(logEnd.load(ordering: .acquiring))
        return LogOffsets(
            logStartOffset: start, highWatermark: max(visible, start),
            logEndOffset: max(end, visible))
    }

    /// How much it holds now.
    public var storage: PartitionStorage {
        let segments = view.withLock { $0.segments }
        return PartitionStorage(
            segmentCount: segments.count, byteCount: segments.reduce(0) { $0 + $1.byteCount })
    }

    /// The configuration in force.
    package var configuration: LogConfiguration { writer.withLock { $0.configuration } }

    /// Marks it dirty for the commit slot.
    ///
    /// - Returns: whether it was not marked already.
    func enlist() -> Bool { !isEnlisted.exchange(true, ordering: .acquiringAndReleasing) }

    /// Takes the mark back, before what is dirty is looked at.
    func leaveList() { isEnlisted.store(false, ordering: .sequentiallyConsistent) }

    func setUseMark() { useMark.store(true, ordering: .relaxed) }

    /// What a checkpoint says of it, and the first redo file that is needed besides.
    struct HeadFacts {
        let entry: RedoHead.Entry
        let neededFile: UInt64?
    }

    /// What a checkpoint says of it; nil while there is nothing to say.
    var headFacts: HeadFacts? {
        let start = view.withLock { $0.logStartOffset }
        return writer.withLock { writer in
            guard writer.nextOffset > .zero else { return nil }
            return HeadFacts(
                entry: RedoHead.Entry(
                    partition: partition, identity: identity, logStartOffset: start,
                    recoveryPoint: max(writer.recoveryPoint.offset, start),
                    recoverySegment: writer.recoveryPoint.segment,
                    recoveryPosition: writer.recoveryPoint.position,
                    leaderEpoch: writer.epochs.current ?? -1),
                neededFile: writer.neededFile)
        }
    }

    /// Whether the commit log holds something that is not synced in its segment.
    var needsCovering: Bool { writer.withLock { $0.neededFile != nil } }

    /// Whether what is appended becomes durable by a sync of its segment, not by the commit log.
    var isSyncedBySegment: Bool { writer.withLock { $0.configuration.durability != .synced } }

    // MARK: Ending

    /// Whether the log was neither closed nor its partition deleted.
    var isOpen: Bool { ending.load(ordering: .acquiring) == .none }

    /// Throws when the log was closed or its partition deleted.
    func checkOpen() throws(LogFailure) {
        switch ending.load(ordering: .acquiring) {
        case .none: return
        case .closed: throw .closed
        case .deleted: throw .deleted(partition)
        }
    }

    /// Accepts nothing more; what was accepted can still be committed and read.
    func stopAppends() {
        writer.withLock { $0.refusal = $0.refusal ?? .closed }
    }

    /// Syncs what is there and writes the indexes: the next open can believe the files.
    ///
    /// To be called after ``stopAppends()``: what came between the sync and the end would be
    /// acknowledged by nobody's sync.
    func closeInOrder() throws(LogFailure) {
        try applyUnapplied()
        // Not `synchronize()`, for which index files without new records are nothing to do.
        try coverForSure()
        do throws(IOFailure) {
            // Their syncs come before the clean head, those of all partitions together.
            for segment in view.withLock({ $0.segments }) {
                for file in try segment.writeIndexes() {
                    services.jointSyncs.add(file, in: directory)
                }
            }
        } catch { throw .inputOutput(partition, error) }
    }

    /// Refuses appends from now on and wakes whoever waits.
    func refuse(_ failure: LogFailure) {
        switch failure {
        case .deleted: ending.store(.deleted, ordering: .releasing)
        default: ending.store(.closed, ordering: .releasing)
        }
        writer.withLock { writer in
            writer.refusal = writer.refusal ?? failure
            writer.waiters.fail(failure)
        }
        completeWaiters()
        waitingReads.fail(failure)
    }

    /// Gives back its descriptor and maps; the files stay.
    func releaseFiles() {
        services.descriptors.remove(self)
        writer.withLock { writer in
            writer.active?.giveBackFile()
            // What is unsynced now, nobody can sync: it must not be taken for synced.
            writer.isAbandoned = true
        }
        let segments = view.withLock { $0.segments }
        for segment in segments {
            services.maps.remove(segment)
            _ = segment.evict()
        }
    }
}

extension PartitionLog: Evictable {
    package func takeUseMark() -> Bool { useMark.exchange(false, ordering: .relaxed) }

    /// Closes the descriptor for appends, after a sync when bytes are unsynced.
    ///
    /// Whoever needs a descriptor may hold the lock of another partition, or of this one. So nobody
    /// is waited for, and a partition whose sync would wake somebody counts as busy.
    package func evict() -> Bool {
        let synced: SyncResult? = syncing.withLockIfAvailable { _ in syncIfIdle() } ?? nil
        guard let synced else { return false }
        complete(synced)
        return giveBackIfSynced()
    }

    /// Closes the descriptor for appends, unless bytes that were written to it are unsynced.
    func giveBackIfSynced() -> Bool {
        let wasClosed: Bool? = writer.withLockIfAvailable { writer in
            if let active = writer.active, active.isDirty || active.hasLeftovers { return false }
            // The commit log is going to write to it.
            guard writer.applied.offset == writer.nextOffset else { return false }
            writer.active?.giveBackFile()
            return true
        }
        return wasClosed ?? false
    }
}
