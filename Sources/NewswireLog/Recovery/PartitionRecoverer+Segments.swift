// The segments: each is dropped, set aside, believed or read, as `SegmentDecision` says.
extension PartitionRecoverer {
    private func place(of file: SegmentFile) -> Segment.Place {
        Segment.Place(
            partition: partition, directory: directory, baseOffset: file.baseOffset,
            indexIntervalBytes: configuration.indexIntervalBytes)
    }

    private func segment(_ file: SegmentFile, byteCount: Int) -> Segment {
        Segment(place(of: file), byteCount: byteCount, on: services)
    }

    // MARK: After a clean close

    /// Takes the files as they are, if the checkpoint knows where the last one ends and it does.
    mutating func openClean(_ files: [SegmentFile]) throws(IOFailure) -> Bool {
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

    /// Takes of `files`, which are in the order of their offsets, what belongs to the log.
    mutating func take(_ files: [SegmentFile]) throws(IOFailure) {
        var isCut = false
        for (number, file) in files.enumerated() {
            let next = number + 1 < files.count ? files[number + 1].baseOffset : nil
            var facts = SegmentDecision.Facts(
                file, next: next, logEnd: log.nextOffset, isCut: isCut, entry: entry)
            facts.doubtful = doubtfulSegment
            switch SegmentDecision(facts) {
            case .drop:
                try remove(file)
            case .setAside(let reason, let endsLog):
                isCut = endsLog
                try setAside(file, because: reason)
            case .takeUnread(let end):
                loseGap(before: file)
                log.segments.append(segment(file, byteCount: file.byteCount))
                log.nextOffset = end
            case .scan(let syncedEnd):
                loseGap(before: file)
                let scan = try scan(file, syncedEnd: syncedEnd)
                try adopt(scan, file, isLast: next == nil)
                isCut = scan.cutReason != nil
            }
        }
    }

    private mutating func loseGap(before file: SegmentFile) {
        guard file.baseOffset > log.nextOffset else { return }
        lose(log.nextOffset..<file.baseOffset, "they are in no segment")
    }

    mutating func setAside(
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
        try removeIndexes(of: file)
    }

    private mutating func remove(_ file: SegmentFile) throws(IOFailure) {
        guard !services.isReadOnly else { return }
        try services.fileSystem.remove(file.path)
        try removeIndexes(of: file)
    }

    private mutating func removeIndexes(of file: SegmentFile) throws(IOFailure) {
        for kind in [SegmentFileName.Kind.offsetIndex, .timeIndex] {
            let name = SegmentFileName(file.baseOffset, kind)
            try removeIndex(name)
        }
    }

    /// Removes an index file, if it is there; not shortened, for readers may have it mapped.
    mutating func removeIndex(_ name: SegmentFileName) throws(IOFailure) {
        guard !services.isReadOnly, files.indexes.remove(name) != nil else { return }
        try services.fileSystem.remove("\(directory)/\(name)")
    }

    private mutating func scan(
        _ file: SegmentFile, syncedEnd: FilePosition
    ) throws(IOFailure) -> TailScan {
        var scan = TailScan(
            file: try services.openFile(file.path, services.isReadOnly ? .read : .readWrite),
            baseOffset: file.baseOffset, byteCount: file.byteCount,
            interval: configuration.indexIntervalBytes)
        try beginWriteback(scan, byteCount: file.byteCount - syncedEnd.value)
        scan.recoveryPosition = syncedEnd
        scan.epochs = log.epochs
        // The file is there before its batches are: it knows better than bits without a checksum.
        scan.learnsEpochs = epochsOnDisk == nil
        guard files.hasIndexes(file.baseOffset) else {
            try scan.run()
            try removeIndexes(of: file)
            return scan
        }
        let indexFiles = try IndexFiles(of: place(of: file), on: services.fileSystem)
        // Epochs are learned from all batches or none; and where segments are missing behind this
        // one, or were to come from a group that is, more than its tail is worth a look.
        if !scan.learnsEpochs, entry?.recoverySegment == file.baseOffset, doubtfulSegment == nil {
            try scan.resume(with: indexFiles)
        }
        try scan.run()
        let areRight =
            scan.filed != nil
            && indexFiles.areWithin(
                scan.end, baseOffset: file.baseOffset, nextOffset: scan.nextOffset)
        // Slots of batches that are cut off would be taken for those of batches to come.
        if !areRight { try removeIndexes(of: file) }
        return scan
    }

    /// Adds what a scan keeps; cuts the rest off and makes what stays durable.
    private mutating func adopt(
        _ scan: TailScan, _ file: SegmentFile, isLast: Bool
    ) throws(IOFailure) {
        log.epochs = scan.epochs
        log.report.scannedByteCount += scan.scannedByteCount
        log.report.keptByteCount += max(0, scan.end.value - scan.recoveryPosition.value)
        for range in scan.lost { lose(range.offsets, range.reason) }
        if let failure = scan.cutReason {
            log.report.cut.append(
                CutTail(
                    path: file.path, position: scan.end,
                    byteCount: file.byteCount - scan.end.value, reason: failure))
        }
        if !services.isReadOnly { try makeDurable(scan) }
        log.nextOffset = max(scan.nextOffset, log.nextOffset)
        guard scan.end > .start else {
            if scan.cutReason != nil { try remove(file) }
            return
        }
        let segment = segment(file, byteCount: scan.end.value)
        segment.beginGrowing(
            scan.indexes, filed: services.isReadOnly ? nil : scan.filed ?? .nothing)
        log.segments.append(segment)
        guard !isLast, !services.isReadOnly else { return }
        for index in try segment.writeIndexes() {
            services.jointSyncs.add(index, in: directory)
        }
        segment.seal()
    }

    /// Cuts what does not stay, and has what does synced.
    ///
    /// What is kept is served as if it were synced: so it has to be. And a tail that comes back
    /// would cut off every segment that was synced after it.
    private func makeDurable(_ scan: TailScan) throws(IOFailure) {
        if scan.cutReason != nil, !Mutant.cutSkipped.isOn {
            try scan.file.truncate(to: scan.end.value + (Mutant.cutTooLate.isOn ? 1 : 0))
        }
        guard scan.end > scan.recoveryPosition || scan.cutReason != nil else { return }
        guard hasFailedSync else { return services.jointSyncs.add(scan.file, in: directory) }
        let note = SyncFailureNote(in: directory, on: services.fileSystem)
        try note.rewrite(scan.file, byteCount: scan.end.value)
        services.jointSyncs.add(nil, in: directory)
    }

    /// Lets the disk begin with a long tail while it is read: what stays of it has to be synced.
    private func beginWriteback(_ scan: TailScan, byteCount: Int) throws(IOFailure) {
        guard !services.isReadOnly, byteCount >= Self.writebackByteCount else { return }
        do throws(IOFailure) {
            try scan.file.beginWriteback()
        } catch {
            SyncFailureNote(in: directory, on: services.fileSystem).leave()
            throw error
        }
    }

    private static var writebackByteCount: Int { 4 << 20 }
}
