internal import Synchronization

extension PartitionLog {
    /// Looks for what another process appended, began and removed; for directories opened for
    /// reading.
    ///
    /// A batch counts once all of it is there with the right checksum: half a write is seen next
    /// time.
    /// - Parameter start: where the log starts, if the newest checkpoint says so.
    /// - Throws: `.inputOutput`.
    package func refresh(logStartOffset start: Offset?) throws(LogFailure) {
        try finish { writer throws(LogFailure) in
            do throws(IOFailure) {
                try self.refresh(&writer, start)
            } catch  where error.isNotFound {
                // Removed between two looks, by retention or with its topic: seen next time.
                return
            } catch { throw .inputOutput(self.partition, error) }
        }
        waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
    }

    private func refresh(
        _ writer: inout PartitionWriter, _ start: Offset?
    ) throws(IOFailure) {
        if !writer.hasDirectory {
            writer.hasDirectory = try services.fileSystem.status(of: directory) != nil
            guard writer.hasDirectory else { return }
        }
        let bases = try services.fileSystem.entries(of: directory)
            .compactMap { SegmentFileName($0.name) }.filter { $0.kind == .log }
            .map(\.baseOffset).sorted()
        dropMissing(bases, start)
        if let last = view.withLock({ $0.segments.last }) { try grow(last, &writer) }
        for base in bases where base >= writer.nextOffset {
            // The first one may begin later when the log was trimmed before it was ever seen.
            let isFirst = view.withLock { $0.segments.isEmpty }
            guard base == writer.nextOffset || isFirst else { return }
            writer.nextOffset = base
            let segment = Segment(
                Segment.Place(
                    partition: partition, directory: directory, baseOffset: base,
                    indexIntervalBytes: writer.configuration.indexIntervalBytes),
                byteCount: 0, on: services)
            segment.setCapacity(writer.configuration.segmentBytes)
            segment.beginGrowing(SegmentIndexes(baseOffset: base))
            view.withLock { view in
                view.segments.append(segment)
                if isFirst { view.logStartOffset = max(view.logStartOffset, base) }
            }
            try grow(segment, &writer)
        }
    }

    private func dropMissing(_ bases: [Offset], _ start: Offset?) {
        let gone = view.withLock { view in
            let first = bases.first ?? view.logStartOffset
            let gone = view.segments.prefix { $0.baseOffset < first }
            view.segments.removeFirst(gone.count)
            let end = Offset(visibleEnd.load(ordering: .relaxed))
            let begin = max(start ?? .zero, view.segments.first.map { _ in first } ?? .zero)
            view.logStartOffset = max(view.logStartOffset, min(begin, end))
            return gone
        }
        for segment in gone { services.maps.remove(segment) }
    }

    private func grow(_ segment: Segment, _ writer: inout PartitionWriter) throws(IOFailure) {
        let file = try services.openFile(segment.source.path, .read)
        let byteCount = try file.byteCount()
        guard byteCount > segment.byteCount else { return }
        try beginGrowing(segment)
        var scan = SegmentScan(
            file, from: FilePosition(segment.byteCount), expecting: writer.nextOffset,
            limit: byteCount, order: .appended)
        while case .batch(let header, let position)? = try scan.next() {
            segment.note(BatchFacts(header), at: position)
            segment.publish(upTo: scan.position.value)
            writer.nextOffset = header.nextOffset
            logEnd.store(header.nextOffset.value, ordering: .releasing)
            visibleEnd.store(header.nextOffset.value, ordering: .sequentiallyConsistent)
        }
    }
}

extension PartitionLog {
    /// Without its indexes in memory, look-ups by time would not know what comes now.
    private func beginGrowing(_ segment: Segment) throws(IOFailure) {
        do throws(LogFailure) {
            try segment.beginGrowing()
        } catch {
            // Damage is for readers to meet.
            if case .inputOutput(_, let failure) = error { throw failure }
        }
    }
}

extension LogDirectory {
    /// Looks in all partitions for what another process did.
    package func refresh() throws(LogFailure) {
        let found: RedoDirectory.Contents
        do throws(IOFailure) {
            found = try RedoDirectory(in: path, on: services.fileSystem).load()
        } catch { throw .inputOutput(nil, error) }
        let starts = CheckpointFacts(found).entries.mapValues(\.logStartOffset)
        for log in services.partitions.all {
            try log.refresh(logStartOffset: starts[log.identity])
        }
    }
}
