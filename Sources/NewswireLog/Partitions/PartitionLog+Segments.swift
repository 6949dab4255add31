internal import Synchronization

// Beginning and ending segments; all under the writer's lock.
extension PartitionLog {
    /// Has the segment that a batch goes to active, with its file open; rolls and creates as
    /// needed.
    func openActive(
        for batch: BatchFacts, _ writer: inout PartitionWriter
    ) throws(LogFailure) {
        if writer.active == nil { try resumeActive(&writer, now: services.time.wallClock()) }
        // Only a batch without timestamps asks what time it is.
        let facts = writer.active?.rollFacts
        let reason = facts.flatMap {
            writer.rollPolicy.reason($0, toRollBefore: batch, now: services.time.wallClock())
        }
        if let reason { try roll(&writer, because: reason, now: services.time.wallClock()) }
        if writer.active == nil {
            try begin(at: batch.baseOffset, &writer, now: services.time.wallClock())
        } else if writer.active?.file == nil {
            try reopenActive(&writer)
        }
    }

    /// Opens the active segment's file again, whose descriptor was given back.
    private func reopenActive(_ writer: inout PartitionWriter) throws(LogFailure) {
        guard let active = writer.active else { return }
        do throws(IOFailure) {
            let file = try services.fileSystem.openFile(active.segment.source.path, .readWrite)
            // Bytes behind the end are of a write that failed before the file was last closed.
            if try file.byteCount() > active.byteCount { try file.truncate(to: active.byteCount) }
            writer.active?.hold(file)
            writer.effects.append(.holdDescriptor)
        } catch { throw .inputOutput(partition, error) }
    }

    /// Goes on with the last segment that was there when the log was opened.
    private func resumeActive(_ writer: inout PartitionWriter, now: Timestamp) throws(LogFailure) {
        guard !writer.beginsSegment, let segment = view.withLock({ $0.segments.last }) else {
            return
        }
        try segment.beginGrowing()
        let capacity = max(writer.configuration.segmentBytes, segment.byteCount)
        segment.setCapacity(capacity)
        writer.active = ActiveSegment(
            segment, file: nil, capacity: capacity, begun: now,
            firstTimestamp: try firstTimestamp(of: segment))
    }

    private func firstTimestamp(of segment: Segment) throws(LogFailure) -> Timestamp {
        guard segment.byteCount > 0 else { return .absent }
        do throws(LogFailure) {
            let limit = FilePosition(segment.byteCount)
            let walk = try segment.walk(to: segment.baseOffset, limit: limit)
            return walk?.header.maxTimestamp ?? .absent
        } catch {
            // Damage is for readers to meet; appends go on behind it.
            guard case .corrupt = error else { throw error }
            return .absent
        }
    }

    /// Ends the active segment, unless it is empty; the next append begins another.
    func roll(
        _ writer: inout PartitionWriter, because reason: RollPolicy.Reason, now: Timestamp
    ) throws(LogFailure) {
        if writer.active == nil, reason == .asked || reason == .age {
            try resumeActive(&writer, now: now)
        }
        guard let active = writer.active, active.byteCount > 0 else { return }
        do throws(IOFailure) {
            try writer.active?.cutLeftovers()
            writer.unsyncedFiles += try active.segment.writeIndexes()
        } catch { throw .inputOutput(partition, error) }
        if active.isDirty, let file = active.file { writer.unsyncedFiles.append(file) }
        writer.hasUnsyncedNames = true
        active.segment.seal()
        writer.active = nil
        writer.beginsSegment = true
        writer.effects.append(
            .report(.rolled(partition, baseOffset: writer.nextOffset, reason: reason.rawValue)))
        writer.effects.append(.maintain(at: services.time.instant()))
    }

    /// Begins the segment whose first batch gets `baseOffset`.
    private func begin(
        at baseOffset: Offset, _ writer: inout PartitionWriter, now: Timestamp
    ) throws(LogFailure) {
        do throws(IOFailure) {
            if !writer.hasDirectory { try createDirectory(&writer) }
            let place = Segment.Place(
                partition: partition, directory: directory, baseOffset: baseOffset,
                indexIntervalBytes: writer.configuration.indexIntervalBytes)
            let file = try services.fileSystem.openFile(place.path(.log), .createOrOpen)
            // What a failed beginning left behind was never part of the log.
            if try file.byteCount() > 0 { try file.truncate(to: 0) }
            let segment = Segment(place, byteCount: 0, on: services)
            segment.setCapacity(writer.configuration.segmentBytes)
            segment.beginGrowing(SegmentIndexes(baseOffset: baseOffset), filed: .nothing)
            writer.active = ActiveSegment(
                segment, file: file, capacity: writer.configuration.segmentBytes, begun: now,
                firstTimestamp: .absent)
            writer.beginsSegment = false
            writer.hasUnsyncedNames = true
            writer.effects.append(.holdDescriptor)
            if writer.configuration.deletesExpired, writer.configuration.retention != nil {
                // Not at once: many partitions may begin together.
                writer.effects.append(.maintain(at: services.time.instant() + .seconds(1)))
            }
            view.withLock { $0.segments.append(segment) }
        } catch { throw .inputOutput(partition, error) }
    }

    /// The partition's directory and the file that says whose it is.
    private func createDirectory(_ writer: inout PartitionWriter) throws(IOFailure) {
        try services.fileSystem.createDirectory(directory)
        writer.hasUnsyncedDirectory = true
        writer.hasUnsyncedNames = true
        let text = PartitionMetadataFile.text(identity.topicID)
        try write(text, to: "\(directory)/\(PartitionMetadataFile.fileName)", &writer)
        writer.hasDirectory = true
    }

    /// The leader epoch of an append at `offset`; begins one when it is due.
    func epoch(
        for offset: Offset, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> Int32 {
        if let current = writer.epochs.current, !writer.raisesEpoch || current == .max {
            return current  // Behind the last one there is none: a damaged file may say anything.
        }
        var epochs = writer.epochs
        epochs.begin((epochs.current ?? -1) + 1, at: offset)
        let path = "\(directory)/\(LeaderEpochTable.fileName)"
        do throws(IOFailure) {
            if writer.epochs.entries.isEmpty {
                try write(epochs.text, to: path, &writer)
            } else {
                // It replaces one that must not be lost for a torn new one.
                try AtomicReplace.write(epochs.text.rawSpan, to: path, on: services.fileSystem)
            }
        } catch { throw .inputOutput(partition, error) }
        writer.epochs = epochs
        writer.raisesEpoch = false
        return epochs.current ?? 0
    }

    private func write(
        _ text: [UInt8], to path: String, _ writer: inout PartitionWriter
    ) throws(IOFailure) {
        let file = try services.fileSystem.openFile(path, .createOrOpen)
        try file.truncate(to: 0)
        try file.write(text.rawSpan, at: .start)
        if writer.configuration.durability == .synced {
            // The segments' sync may be far away, and the descriptor is not to be kept until then.
            try file.synchronize()
        } else {
            writer.unsyncedFiles.append(file)
        }
    }
}
