/// Opens the files of one partition: believes them after a clean close, else verifies what may not
/// be synced, cuts a torn tail, and reports what of the synced records is gone.
///
/// It carries out; ``SegmentDecision`` and ``RecoveryDecision`` decide. Every step may be repeated.
/// On a directory opened for reading nothing is changed.
struct PartitionRecoverer {
    let services: LogServices
    let partition: TopicPartition
    let identity: PartitionIdentity
    let configuration: LogConfiguration
    let directory: String
    /// What the checkpoint says; nil when it does not know the partition.
    let entry: RedoHead.Entry?
    let isClean: Bool
    /// The first segment that is not believed unread, whatever the checkpoint says; nil when the
    /// commit log had all that it should.
    let doubtfulSegment: Offset?
    /// Whether the log begins where the checkpoint says, or at 0 if it says nothing.
    let knowsStart: Bool
    var log: RecoveredLog
    /// What lies in the directory.
    var files = PartitionFiles()
    /// What the epoch file holds; nil when there is none, or it is damaged.
    var epochsOnDisk: LeaderEpochTable?
    /// Whether there is an epoch file that cannot be read.
    var hasDamagedEpochs = false
    /// Whether a sync failed since the log was last opened, so that another one proves nothing.
    var hasFailedSync = false

    init(
        _ partition: TopicPartition, identity: PartitionIdentity, _ configuration: LogConfiguration,
        on services: LogServices
    ) {
        self.services = services
        self.partition = partition
        self.identity = identity
        self.configuration = configuration
        directory = "\(services.directory)/\(partition)"
        let found = services.takeEntry(of: identity)
        (entry, isClean) = (found.entry, found.isClean)
        doubtfulSegment = found.doubtfulSegment
        knowsStart = found.entry != nil || found.isWhole
        log = RecoveredLog(partition: partition)
        log.report.replayedBatchCount = found.replayed?.batchCount ?? 0
        log.report.replayedByteCount = found.replayed?.byteCount ?? 0
    }

    /// Where the checkpoint says that everything before is synced.
    private var recoveryPoint: Offset { entry?.recoveryPoint ?? .zero }

    mutating func recover() throws(LogFailure) -> RecoveredLog {
        let started = services.time.instant()
        do throws(IOFailure) {
            try openFiles()
        } catch {
            putBackEntry()
            throw .inputOutput(partition, error)
        }
        log.report.logEndOffset = log.nextOffset
        log.report.duration = .nanoseconds(
            services.time.instant().nanoseconds - started.nanoseconds)
        return log
    }

    /// Has the checkpoint's entry wait for another try.
    func putBackEntry() {
        if let entry { services.putBack(entry) }
    }

    private mutating func openFiles() throws(IOFailure) {
        log.logStartOffset = entry?.logStartOffset ?? .zero
        let status = try services.fileSystem.status(of: directory)
        log.hasDirectory = status?.isDirectory ?? false
        guard log.hasDirectory else { return endWithoutFiles("its directory is missing") }
        files = try PartitionFiles(in: directory, on: services.fileSystem)
        log.report.ignored = files.ignored
        if try openClean(files.segments) { return }
        hasFailedSync = files.hasSyncFailureNote && !Mutant.failedSyncForgotten.isOn
        let segments = try checkOwner()
        // A segment to come may get the name of one that is gone, and must not inherit its slots.
        for name in files.orphans { try removeIndex(name) }
        begin(with: segments.first)
        try take(segments)
        if hasFailedSync, !services.isReadOnly {
            try SyncFailureNote(in: directory, on: services.fileSystem).remove()
        }
        finish()
        try storeEpochs()
    }

    /// The end when there is nothing to read.
    private mutating func endWithoutFiles(_ reason: String) {
        log.nextOffset = max(recoveryPoint, log.logStartOffset)
        if recoveryPoint > log.logStartOffset {
            lose(log.logStartOffset..<recoveryPoint, reason)
        }
        log.logStartOffset = log.nextOffset
        log.beginsSegment = true
        // A partition that never had a record is not in an epoch yet.
        log.raisesEpoch = log.nextOffset > .zero
    }

    /// Where the log begins, and the first segment has to.
    private mutating func begin(with first: SegmentFile?) {
        log.nextOffset = first?.baseOffset ?? log.logStartOffset
        guard let first, first.baseOffset > log.logStartOffset else { return }
        // Without records that nobody promised, what follows them cannot stay either.
        if knowsStart, first.baseOffset > recoveryPoint, !epochsBegin(at: first.baseOffset) {
            log.nextOffset = log.logStartOffset
            return
        }
        if entry != nil {
            lose(log.logStartOffset..<first.baseOffset, "the segments before are missing")
        }
        log.logStartOffset = first.baseOffset
    }

    /// Whether the epoch file, as a broker leaves it after a trim, begins at or after `offset`.
    private func epochsBegin(at offset: Offset) -> Bool {
        epochsOnDisk?.entries.first.map { $0.startOffset >= offset } ?? false
    }

    private mutating func finish() {
        let reached = log.segments.isEmpty ? Offset.zero : log.nextOffset
        if recoveryPoint > max(reached, log.logStartOffset) {
            lose(max(reached, log.logStartOffset)..<recoveryPoint, "the log ends before them")
            // Their numbers were seen by readers and must not name other records.
            if !Mutant.numbersReused.isOn { log.nextOffset = recoveryPoint }
            log.beginsSegment = true
        }
        if log.logStartOffset > log.nextOffset {
            log.nextOffset = log.logStartOffset
            log.beginsSegment = true
        }
        if log.segments.isEmpty { log.beginsSegment = true }
        // What is lost at the front cannot be read: the log begins behind it.
        log.logStartOffset = max(
            log.logStartOffset, log.segments.first?.baseOffset ?? log.nextOffset)
        log.epochs.cut(to: log.nextOffset)
        log.raisesEpoch = log.raisesEpoch && log.nextOffset > .zero
    }

    mutating func lose(_ offsets: Range<Offset>, _ reason: String) {
        log.report.lost.append(LostRange(offsets: offsets, reason: "\(directory): \(reason)"))
    }
}
