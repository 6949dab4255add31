internal import Synchronization

// Looking things up in the indexes, whatever memory they are in, and making them again.
extension Segment {
    /// The slot to start from for `offset`; nil is the segment's first batch.
    func offsetSlot(of offset: Offset) throws(LogFailure) -> OffsetIndex.Slot? {
        let relativeOffset = offset - baseOffset
        return try withSlots { offsetSlots, _ in
            OffsetIndex.floor(of: relativeOffset, in: offsetSlots)
                .map { OffsetIndex.slot($0, of: offsetSlots) }
        }
    }

    /// The first slot of a batch that ends at or after `offset`; nil when all end before.
    func offsetSlot(atOrAfter offset: Offset) throws(LogFailure) -> OffsetIndex.Slot? {
        let relativeOffset = offset - baseOffset
        return try withSlots { offsetSlots, _ in
            let before = OffsetIndex.floor(of: relativeOffset - 1, in: offsetSlots) ?? -1
            guard before + 1 < OffsetIndex.slotCount(of: offsetSlots) else { return nil }
            return OffsetIndex.slot(before + 1, of: offsetSlots)
        }
    }

    /// Calls `body` with the slots of both indexes, or `growing` with those of a growing segment,
    /// which stay locked meanwhile.
    func withSlots<Answer>(
        growing: ((borrowing SegmentIndexes) -> Answer)? = nil,
        _ body: (_ offsetSlots: RawSpan, _ timeSlots: RawSpan) -> Answer
    ) throws(LogFailure) -> Answer {
        let found: Found<Answer> = state.withLock { state in
            guard let indexes = state.growing else { return .files(state.maps) }
            if let growing { return .answer(growing(indexes)) }
            return .answer(body(indexes.offsetSlots.rawSpan, indexes.timeSlots.rawSpan))
        }
        switch found {
        case .answer(let answer): return answer
        case .files(let known):
            if let known { return body(known.offsetSlots, known.timeSlots) }
            if let maps = try mapIndexes() { return body(maps.offsetSlots, maps.timeSlots) }
            let rebuilt = try rebuild(oldSlots: [])
            return body(rebuilt.offsetSlots.rawSpan, rebuilt.timeSlots.rawSpan)
        }
    }

    private enum Found<Answer> {
        case answer(Answer)
        case files(SegmentIndexMaps?)
    }

    /// Maps the index files; nil when one is missing or not made of whole slots.
    private func mapIndexes() throws(LogFailure) -> SegmentIndexMaps? {
        do throws(IOFailure) {
            guard
                let offsets = try map(.offsetIndex, slotByteCount: OffsetIndex.slotByteCount),
                let times = try map(.timeIndex, slotByteCount: TimeIndex.slotByteCount)
            else { return nil }
            let maps = SegmentIndexMaps(offsetRegion: offsets, timeRegion: times)
            state.withLock { $0.maps = maps }
            services.maps.insert(self)
            return maps
        } catch {
            throw .inputOutput(partition, error)
        }
    }

    private func map(
        _ kind: SegmentFileName.Kind, slotByteCount: Int
    ) throws(IOFailure) -> MappedRegion? {
        let path = path(kind)
        guard let status = try services.fileSystem.status(of: path),
            status.byteCount % slotByteCount == 0
        else { return nil }
        guard status.byteCount > 0 else { return .empty }
        let region = try services.openFile(path, .read).map(byteCount: status.byteCount)
        try region.populate(0..<status.byteCount)
        return region
    }

    /// A copy of the offset index.
    func offsetSlotBytes() throws(LogFailure) -> [UInt8] {
        try withSlots { offsetSlots, _ in [UInt8](copying: offsetSlots) }
    }

    /// Makes the indexes again after a slot led to a batch that is not the one it speaks of.
    ///
    /// A growing segment's were made here: what they lead to is the log's damage. While a part of the
    /// log cannot be read yet, indexes made of the rest would be too short.
    func rebuildIndexes() throws(LogFailure) {
        guard state.withLock({ $0.growing == nil }), try isAllReadable() else { return }
        _ = try rebuild(oldSlots: offsetSlotBytes())
    }

    /// Whether readers see all of the log file.
    func isAllReadable() throws(LogFailure) -> Bool {
        try LogFailure.wrapping(partition) { () throws(IOFailure) in
            try services.fileSystem.status(of: source.path)?.byteCount == byteCount
        }
    }

    @discardableResult
    private func rebuild(oldSlots: [UInt8]) throws(LogFailure) -> SegmentIndexes {
        do throws(IOFailure) {
            let file = try services.openFile(source.path, .read)
            let rebuilt = try IndexRebuild.indexes(
                of: SegmentScan(
                    file, expecting: baseOffset, limit: byteCount), baseOffset: baseOffset,
                interval: indexIntervalBytes, oldSlots: oldSlots)
            if services.isReadOnly {
                state.withLock { $0.growing = rebuilt }
            } else {
                try write(rebuilt)
                state.withLock { $0.maps = nil }
            }
            services.onEvent(.indexRebuilt(partition, path: path(.offsetIndex)))
            return rebuilt
        } catch {
            throw .inputOutput(partition, error)
        }
    }

    // MARK: The writer's side

    /// Begins to keep the indexes in memory, as far as they are known: the segment is going to
    /// grow.
    func beginGrowing(_ indexes: SegmentIndexes) {
        state.withLock { $0.growing = indexes }
    }

    /// Begins to keep the indexes in memory, as their files hold them or, failing that, the log.
    func beginGrowing() throws(LogFailure) {
        guard state.withLock({ $0.growing == nil }) else { return }
        try checkTimes()
        let slots = try withSlots { offsetSlots, timeSlots in
            ([UInt8](copying: offsetSlots), [UInt8](copying: timeSlots))
        }
        let indexes = SegmentIndexes(
            baseOffset: baseOffset, offsetSlots: slots.0, timeSlots: slots.1,
            logByteCount: byteCount)
        guard let indexes else { return beginGrowing(try rebuild(oldSlots: [])) }
        beginGrowing(indexes)
    }

    /// Notes an appended batch.
    ///
    /// - Returns: whether both indexes have room for another slot in files of `limit` bytes.
    @discardableResult
    func note(_ batch: BatchFacts, at position: FilePosition, limit: Int = .max) -> Bool {
        state.withLock { state in
            state.growing?.add(batch, at: position, interval: indexIntervalBytes)
            return state.growing?.hasRoom(within: limit) ?? true
        }
    }

    /// Writes the growing indexes to their files, whose syncs are the caller's.
    ///
    /// - Returns: the files written; none when the indexes did not grow here.
    func writeIndexes() throws(IOFailure) -> [any File] {
        let indexes = state.withLock { state in
            state.growing?.addTimeSlot()
            return state.growing
        }
        guard let indexes else { return [] }
        return try write(indexes)
    }

    /// Ends the growing, after ``writeIndexes()``: from now on the indexes are read from their
    /// files.
    func seal() {
        state.withLock { state in
            state.growing = nil
            // The map covers the maximal size; the next one covers what is there.
            state.capacity = 0
            state.log = nil
        }
    }

    @discardableResult
    private func write(_ indexes: SegmentIndexes) throws(IOFailure) -> [any File] {
        var written: [any File] = []
        for (kind, slots) in [
            (SegmentFileName.Kind.offsetIndex, indexes.offsetSlots),
            (.timeIndex, indexes.timeSlots),
        ] {
            let file = try services.openFile(path(kind), .createOrOpen)
            try file.truncate(to: 0)
            try file.write(slots.rawSpan, at: .start)
            written.append(file)
        }
        return written
    }
}
