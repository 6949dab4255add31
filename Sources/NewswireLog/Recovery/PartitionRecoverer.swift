/// What the newest head said when the directory was opened.
struct CheckpointFacts: Sendable {
    let isClean: Bool
    /// Whether there was a head, and no damaged one behind it: what it does not know was not there.
    let isWhole: Bool
    var entries: [PartitionIdentity: RedoHead.Entry]

    init(_ found: RedoDirectory.Contents) {
        let head = found.newest
        // Behind a damaged head there may have been anything.
        isClean = (head?.isClean ?? false) && found.damaged.isEmpty
        isWhole = head != nil && found.damaged.isEmpty
        entries = Dictionary(
            (head?.entries ?? []).map { ($0.identity, $0) }, uniquingKeysWith: { $1 })
    }
}

/// Opens the files of one partition: believes them after a clean close, else verifies what may not
/// be synced, cuts a torn tail, and reports what of the synced records is gone.
///
/// Every step may be repeated. On a directory opened for reading nothing is changed.
struct PartitionRecoverer {
    private let services: LogServices
    private let partition: TopicPartition
    private let identity: PartitionIdentity
    private let configuration: LogConfiguration
    private let directory: String
    /// What the checkpoint says; nil when it does not know the partition.
    private let entry: RedoHead.Entry?
    private let isClean: Bool
    /// Whether the log begins where the checkpoint says, or at 0 if it says nothing.
    private let knowsStart: Bool
    private var log: RecoveredLog
    /// What the epoch file holds; nil when there is none, or it is damaged.
    private var epochsOnDisk: LeaderEpochTable?
    /// Whether there is an epoch file that cannot be read.
    private var hasDamagedEpochs = false
    /// Whether a sync failed since the log was last opened, so that another one proves nothing.
    private var hasFailedSync = false
    /// Whether something is kept that may not have been synced.
    private var keptUnsynced = false

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
        knowsStart = found.entry != nil || found.isWhole
        log = RecoveredLog(partition: partition)
    }

    /// Where the checkpoint says that everything before is synced.
    private var recoveryPoint: Offset { entry?.recoveryPoint ?? .zero }

    mutating func recover() throws(LogFailure) -> RecoveredLog {
        let started = services.time.instant()
        do throws(IOFailure) {
            try openFiles()
        } catch {
            if let entry { services.putBack(entry) }
            throw .inputOutput(partition, error)
        }
        log.report.logEndOffset = log.nextOffset
        log.report.duration = .nanoseconds(
            services.time.instant().nanoseconds - started.nanoseconds)
        return log
    }

    private mutating func openFiles() throws(IOFailure) {
        log.logStartOffset = entry?.logStartOffset ?? .zero
        let status = try services.fileSystem.status(of: directory)
        log.hasDirectory = status?.isDirectory ?? false
        guard log.hasDirectory else { return endWithoutFiles("its directory is missing") }
        var files = try segmentFiles()
        if try openClean(files) { return }
        let topicID = try storedTopicID()
        let strange = strangeness(of: topicID)
        if let strange {
            for file in files { try setAside(file, because: strange) }
            files = []
        }
        if topicID != identity.topicID {
            try storeTopicID()
        } else if entry == nil, !services.isReadOnly {
            // Until a checkpoint knows the partition, this file alone says whose the records are.
            try services.openFile(metadataPath, .readWrite).synchronize()
        }
        if strange == nil { try loadEpochs() }
        begin(with: files.first)
        let note = SyncFailureNote(in: directory, on: services.fileSystem)
        hasFailedSync = try note.isThere()
        try verify(files)
        if keptUnsynced {
            try services.fileSystem.synchronizeDirectory(directory)
            try services.fileSystem.synchronizeDirectory(services.directory)
        }
        if hasFailedSync, !services.isReadOnly { try note.remove() }
        finish()
        try storeEpochs()
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

    private struct SegmentFile {
        let baseOffset: Offset
        let path: String
        let byteCount: Int
    }

    private mutating func segmentFiles() throws(IOFailure) -> [SegmentFile] {
        var files: [SegmentFile] = []
        for entry in try services.fileSystem.entries(of: directory) {
            let path = "\(directory)/\(entry.name)"
            guard let name = SegmentFileName(entry.name), !entry.isDirectory else {
                let isOurs =
                    entry.name == PartitionMetadataFile.fileName
                    || entry.name == LeaderEpochTable.fileName
                    || entry.name == SyncFailureNote.fileName
                if !isOurs { log.report.ignored.append(path) }
                continue
            }
            guard name.kind == .log, let status = try services.fileSystem.status(of: path) else {
                continue
            }
            files.append(
                SegmentFile(
                    baseOffset: name.baseOffset, path: path, byteCount: status.byteCount))
        }
        return files.sorted { $0.baseOffset < $1.baseOffset }
    }

    private func segment(_ file: SegmentFile, byteCount: Int) -> Segment {
        Segment(
            Segment.Place(
                partition: partition, directory: directory, baseOffset: file.baseOffset,
                indexIntervalBytes: configuration.indexIntervalBytes),
            byteCount: byteCount, on: services)
    }

    // MARK: After a clean close

    /// Takes the files as they are, if the checkpoint knows where the last one ends and it does.
    private mutating func openClean(_ files: [SegmentFile]) throws(IOFailure) -> Bool {
        guard isClean, let entry else { return false }
        // A recovery point in a segment that does not exist: the next append begins it.
        log.beginsSegment =
            entry.recoverySegment == entry.recoveryPoint && entry.recoveryPosition == .start
        if let first = files.first, let last = files.last {
            let isLastRight =
                last.baseOffset == entry.recoverySegment
                && last.byteCount == entry.recoveryPosition.value
            guard isLastRight || log.beginsSegment && last.baseOffset < entry.recoverySegment,
                first.baseOffset <= entry.logStartOffset
            else { return false }
        } else {
            guard entry.recoveryPoint == entry.logStartOffset else { return false }
            log.beginsSegment = true
        }
        log.segments = files.map { segment($0, byteCount: $0.byteCount) }
        log.nextOffset = entry.recoveryPoint
        if entry.leaderEpoch >= 0 { log.epochs.begin(entry.leaderEpoch, at: entry.logStartOffset) }
        return true
    }

    // MARK: After anything else

    private var metadataPath: String { "\(directory)/\(PartitionMetadataFile.fileName)" }

    /// The topic that the files say they belong to; nil when they do not, or unreadably.
    private func storedTopicID() throws(IOFailure) -> TopicID? {
        guard try services.fileSystem.status(of: metadataPath) != nil else { return nil }
        let text = try services.fileSystem.contents(of: metadataPath, byteCountMax: 1024)
        return PartitionMetadataFile.topicID(of: text)
    }

    /// Why the files are not this topic's, when they say that they belong to `topicID`; nil when
    /// they are.
    private func strangeness(of topicID: TopicID?) -> String? {
        // With an entry in the checkpoint the files are this topic's, and what says otherwise is
        // damaged.
        guard entry == nil, topicID != identity.topicID else { return nil }
        if let topicID { return "it belongs to the topic \(topicID)" }
        // A whole checkpoint that does not know them: whoever was promised something of them had
        // the metadata synced before. They may be those of a topic that was deleted.
        return knowsStart ? "nothing says which topic it belongs to" : nil
    }

    private mutating func storeTopicID() throws(IOFailure) {
        log.report.rebuilt.append(metadataPath)
        guard !services.isReadOnly else { return }
        try AtomicReplace.write(
            PartitionMetadataFile.text(identity.topicID).rawSpan, to: metadataPath,
            on: services.fileSystem)
    }

    private mutating func loadEpochs() throws(IOFailure) {
        let path = "\(directory)/\(LeaderEpochTable.fileName)"
        log.raisesEpoch = true
        guard try services.fileSystem.status(of: path) != nil else { return }
        let text = try services.fileSystem.contents(of: path, byteCountMax: 64 << 20)
        if let epochs = LeaderEpochTable(text: text) {
            epochsOnDisk = epochs
            return log.epochs = epochs
        }
        // The batches that are read now, and the checkpoint, say what can still be known.
        log.report.rebuilt.append(path)
        hasDamagedEpochs = true
        if let entry, entry.leaderEpoch >= 0 {
            log.epochs.begin(entry.leaderEpoch, at: entry.logStartOffset)
        }
    }

    private mutating func verify(_ files: [SegmentFile]) throws(IOFailure) {
        var isCut = false
        for file in files {
            if isCut {
                let reason = "the log ends before it, at offset \(log.nextOffset)"
                try setAside(file, because: reason)
            } else if file.byteCount == 0 {
                try dropEmpty(file)
            } else if file.baseOffset < log.nextOffset {
                try setAside(file, because: "it begins before offset \(log.nextOffset)")
            } else if file.baseOffset > log.nextOffset, file.baseOffset > recoveryPoint {
                let reason = "offsets \(log.nextOffset)..<\(file.baseOffset) before it are missing"
                isCut = true
                try setAside(file, because: reason)
            } else {
                if file.baseOffset > log.nextOffset {
                    lose(log.nextOffset..<file.baseOffset, "they are in no segment")
                }
                isCut = try take(file, next: files.first { $0.baseOffset > file.baseOffset })
            }
        }
    }

    /// A file that was created for a batch that never came.
    private mutating func dropEmpty(_ file: SegmentFile) throws(IOFailure) {
        if !services.isReadOnly { try services.fileSystem.remove(file.path) }
    }

    private mutating func setAside(
        _ file: SegmentFile, because reason: String
    ) throws(IOFailure) {
        guard !services.isReadOnly else {
            log.report.quarantined.append(file.path)
            return
        }
        let path = try Quarantine.move(
            SegmentFileName(file.baseOffset, .log).description, from: partition.description,
            in: services.directory, because: reason, on: services.fileSystem)
        log.report.quarantined.append(path)
    }

    /// Adds a segment: unread when it lies wholly before the recovery point, else batch by batch.
    ///
    /// - Returns: whether the log was cut in it.
    private mutating func take(_ file: SegmentFile, next: SegmentFile?) throws(IOFailure) -> Bool {
        if let entry, let next, next.baseOffset <= entry.recoverySegment {
            log.segments.append(segment(file, byteCount: file.byteCount))
            log.nextOffset = next.baseOffset
            return false
        }
        var scan = TailScan(
            file: try services.openFile(file.path, services.isReadOnly ? .read : .readWrite),
            baseOffset: file.baseOffset, byteCount: file.byteCount,
            interval: configuration.indexIntervalBytes)
        scan.recoveryPosition =
            entry?.recoverySegment == file.baseOffset ? entry?.recoveryPosition ?? .start : .start
        if let entry, entry.recoverySegment > file.baseOffset {
            scan.recoveryPosition = FilePosition(file.byteCount)
        }
        scan.epochs = log.epochs
        // The file is there before its batches are: it knows better than bits without a checksum.
        scan.learnsEpochs = epochsOnDisk == nil
        try scan.run()
        return try adopt(scan, file, isLast: next == nil)
    }

    private mutating func adopt(
        _ scan: TailScan, _ file: SegmentFile, isLast: Bool
    ) throws(IOFailure) -> Bool {
        log.epochs = scan.epochs
        log.report.scannedByteCount += scan.end.value
        for range in scan.lost { lose(range.offsets, range.reason) }
        if let failure = scan.cutReason {
            log.report.cut.append(
                CutTail(
                    path: file.path, position: scan.end,
                    byteCount: file.byteCount - scan.end.value, reason: failure))
        }
        if !services.isReadOnly {
            if scan.cutReason != nil { try scan.file.truncate(to: scan.end.value) }
            // What is kept is served as if it were synced: so it has to be. And a tail that comes
            // back would cut off every segment that was synced after it.
            if scan.end > scan.recoveryPosition || scan.cutReason != nil {
                try makeDurable(scan)
            }
        }
        log.nextOffset = max(scan.nextOffset, log.nextOffset)
        guard scan.end > .start else {
            if scan.cutReason != nil, !services.isReadOnly {
                try services.fileSystem.remove(file.path)
            }
            return scan.cutReason != nil
        }
        let segment = segment(file, byteCount: scan.end.value)
        segment.beginGrowing(scan.indexes)
        log.segments.append(segment)
        if !isLast, !services.isReadOnly {
            for index in try segment.writeIndexes() { try index.synchronize() }
            segment.seal()
        }
        return scan.cutReason != nil
    }

    private mutating func makeDurable(_ scan: TailScan) throws(IOFailure) {
        keptUnsynced = true
        let note = SyncFailureNote(in: directory, on: services.fileSystem)
        if hasFailedSync { return try note.rewrite(scan.file, byteCount: scan.end.value) }
        do throws(IOFailure) {
            try scan.file.synchronize()
        } catch {
            note.leave()
            throw error
        }
    }

    private mutating func finish() {
        let reached = log.segments.isEmpty ? Offset.zero : log.nextOffset
        if recoveryPoint > max(reached, log.logStartOffset) {
            lose(max(reached, log.logStartOffset)..<recoveryPoint, "the log ends before them")
            // Their numbers were seen by readers and must not name other records.
            log.nextOffset = recoveryPoint
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

    /// Writes the epoch file again if it speaks of batches that are not there, or is not readable.
    private func storeEpochs() throws(IOFailure) {
        let isRight = !hasDamagedEpochs && log.epochs == epochsOnDisk ?? LeaderEpochTable()
        guard !services.isReadOnly, !isRight else { return }
        let path = "\(directory)/\(LeaderEpochTable.fileName)"
        try AtomicReplace.write(log.epochs.text.rawSpan, to: path, on: services.fileSystem)
    }

    private mutating func lose(_ offsets: Range<Offset>, _ reason: String) {
        log.report.lost.append(LostRange(offsets: offsets, reason: "\(directory): \(reason)"))
    }
}
