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
            OffsetIndex.ceiling(of: relativeOffset, in: offsetSlots)
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
            if let known, known.areThere { return body(known.offsetSlots, known.timeSlots) }
            // What is left of a file that was cut under its map would miss slots.
            if known == nil, let maps = try mapIndexes() {
                return body(maps.offsetSlots, maps.timeSlots)
            }
            let rebuilt = try rebuild()
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

    /// Mends the indexes after a slot led to a batch that is not the one it speaks of.
    ///
    /// - Parameters:
    ///   - isRebuilt: whether they were made again for this look-up before.
    ///   - remove: takes the slot out of indexes in memory.
    /// - Returns: false when nothing better can be had: then the log itself has to be walked.
    /// - Throws: `.inputOutput` when the log cannot be read.
    func mend(
        _ isRebuilt: inout Bool, _ remove: (inout SegmentIndexes) -> Void
    ) throws(LogFailure) -> Bool {
        let isMended = state.withLock { state in
            // Not to be made again while they grow; without a slot they are as right as before.
            guard var indexes = state.growing.take() else { return false }
            remove(&indexes)
            state.growing = indexes
            // The slots have moved: what the files hold is no beginning of them any more.
            state.filed = nil
            return true
        }
        if isMended { return true }
        // While a part of the log cannot be read yet, indexes made of the rest would be too short.
        guard !isRebuilt, try isAllReadable() else { return false }
        isRebuilt = true
        _ = try rebuild()
        return true
    }

    /// Whether readers see all of the log file.
    func isAllReadable() throws(LogFailure) -> Bool {
        try LogFailure.wrapping(partition) { () throws(IOFailure) in
            try services.fileSystem.status(of: source.path)?.byteCount == byteCount
        }
    }

    /// Makes the indexes again from the log, and their files if that is allowed and possible.
    private func rebuild() throws(LogFailure) -> SegmentIndexes {
        let rebuilt = try LogFailure.wrapping(partition) { () throws(IOFailure) in
            try IndexRebuild.indexes(
                of: SegmentScan(
                    services.openFile(source.path, .read), expecting: baseOffset, limit: byteCount,
                    order: .appended),
                baseOffset: baseOffset, interval: indexIntervalBytes, oldSlots: oldOffsetSlots())
        }
        if !replaceFiles(rebuilt) { state.withLock { $0.growing = $0.growing ?? rebuilt } }
        services.onEvent(.indexRebuilt(partition, path: path(.offsetIndex)))
        return rebuilt
    }

    /// What the file of the offset index holds, right or wrong: hints for the way behind damage.
    private func oldOffsetSlots() throws(IOFailure) -> [UInt8] {
        let path = path(.offsetIndex)
        guard try services.fileSystem.status(of: path) != nil else { return [] }
        return try services.fileSystem.contents(of: path, byteCountMax: .max)
    }

    /// Puts files with `indexes` in the place of the old ones.
    ///
    /// Those are not written to: readers, also in other processes, may have them mapped.
    /// - Returns: false when that is not allowed or fails; the indexes in memory do as well.
    private func replaceFiles(_ indexes: SegmentIndexes) -> Bool {
        guard !services.isReadOnly else { return false }
        do throws(IOFailure) {
            try AtomicReplace.write(
                indexes.offsetSlots.rawSpan, to: path(.offsetIndex), on: services.fileSystem)
            try AtomicReplace.write(
                indexes.timeSlots.rawSpan, to: path(.timeIndex), on: services.fileSystem)
        } catch {
            // A full disk, or one that cannot be written: whoever opens the directory next tries.
            return false
        }
        state.withLock { $0.maps = nil }
        return true
    }

    // MARK: The writer's side

    /// Begins to keep the indexes in memory, as far as they are known: the segment is going to
    /// grow.
    ///
    /// - Parameters:
    ///   - indexes: what is known.
    ///   - filed: which of the slots their files hold; nil when those are not to be added to before
    ///     the segment ends.
    func beginGrowing(_ indexes: SegmentIndexes, filed: FiledSlots? = .none) {
        state.withLock { state in
            state.growing = indexes
            state.filed = filed
            // Maps of the files that will be written anew, with more slots.
            state.maps = nil
        }
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
        guard let indexes else { return beginGrowing(try rebuild()) }
        beginGrowing(
            indexes,
            filed: FiledSlots(
                offsetByteCount: indexes.offsetSlots.count,
                timeByteCount: indexes.timeSlots.count))
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

    private func write(_ indexes: SegmentIndexes) throws(IOFailure) -> [any File] {
        var written: [any File] = []
        for (kind, slots) in [
            (SegmentFileName.Kind.offsetIndex, indexes.offsetSlots),
            (.timeIndex, indexes.timeSlots),
        ] {
            let file = try services.openFile(path(kind), .createOrOpen)
            try file.write(slots.rawSpan, at: .start)
            // Not emptied first: a reader in another process may have mapped what is there.
            if try file.byteCount() > slots.count { try file.truncate(to: slots.count) }
            written.append(file)
        }
        return written
    }
}
