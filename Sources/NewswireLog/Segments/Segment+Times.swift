internal import Synchronization

// Finding records by time. Wrong slots would hide records, and retention would remove them too
// soon: a slot counts only if the batch that it names is there and has its timestamp.
extension Segment {
    /// The first record at or after `start` with at least `timestamp`; nil when there is none here.
    func firstRecord(
        at timestamp: Timestamp, from start: Offset
    ) throws(LogFailure) -> FoundRecord? {
        let limit = FilePosition(byteCount)
        guard limit > .start, var walk = try walk(to: timestamp, from: start, limit: limit) else {
            return nil
        }
        repeat {
            guard walk.header.maxTimestamp >= timestamp else { continue }
            let slice = try fetch(
                from: max(start, walk.header.baseOffset), maxBytes: 1,
                before: walk.header.nextOffset)
            guard let slice else { return nil }
            var records = slice.records()
            while let record = try records.next() {
                if record.timestamp >= timestamp {
                    return FoundRecord(offset: record.offset, timestamp: record.timestamp)
                }
            }
        } while try walk.advance()
        return nil
    }

    /// A walk that stands at `start` or, if the time index knows a later one, at a batch up to
    /// whose end all records are before `timestamp`.
    private func walk(
        to timestamp: Timestamp, from start: Offset, limit: FilePosition
    ) throws(LogFailure) -> BatchWalk? {
        var isRebuilt = false
        // A slot with the very timestamp would do, too, if it were certain to be the first one.
        while let slot = try timeSlot(before: timestamp),
            baseOffset + Int64(slot.relativeOffset) > start
        {
            let found = try walk(to: baseOffset + Int64(slot.relativeOffset), limit: limit)
            if let found, isRight(slot, for: found.header) { return found }
            // Slots of batches that are not synced yet lead behind what can be read.
            if found == nil, try !isAllReadable() { return nil }
            guard try mend(&isRebuilt, { $0.remove(slot) }) else { break }
        }
        return try walk(to: start, limit: limit)
    }

    private func timeSlot(before timestamp: Timestamp) throws(LogFailure) -> TimeIndex.Slot? {
        try withSlots { _, timeSlots in TimeIndex.last(before: timestamp, in: timeSlots) }
    }

    private func isRight(_ slot: TimeIndex.Slot, for batch: RecordBatchHeader) -> Bool {
        batch.lastOffset == baseOffset + Int64(slot.relativeOffset)
            && batch.maxTimestamp == slot.timestamp || Mutant.timeSlotUnchecked.isOn
    }

    /// The largest timestamp in the segment; absent when no record has one.
    func largestTimestamp() throws(LogFailure) -> Timestamp {
        if !hasCheckedTimes.load(ordering: .relaxed) { try checkTimes() }
        return try withSlots(growing: { $0.largest?.timestamp ?? .absent }) { _, timeSlots in
            TimeIndex.last(of: timeSlots)?.timestamp ?? .absent
        }
    }

    /// Makes the indexes again if the last slot of the time index is wrong.
    ///
    /// Once per segment: the files do not change while it is open. A growing one's are not used.
    func checkTimes() throws(LogFailure) {
        guard state.withLock({ $0.growing == nil }), try isAllReadable(),
            !Mutant.timeEndUnchecked.isOn
        else { return }
        let last = try withSlots { _, timeSlots in TimeIndex.last(of: timeSlots) }
        do throws(LogFailure) {
            var isRebuilt = false
            if try !endsTimes(last) { _ = try mend(&isRebuilt, { _ in }) }
        } catch {
            // Damage of the log itself, which says nothing about the index: for its readers to
            // meet.
            guard case .corrupt = error else { throw error }
            return
        }
        hasCheckedTimes.store(true, ordering: .relaxed)
    }

    /// Whether `slot` can be the last one of the time index; nil when it has none.
    private func endsTimes(_ slot: TimeIndex.Slot?) throws(LogFailure) -> Bool {
        let limit = FilePosition(byteCount)
        guard limit > .start else { return slot == nil }
        let offset = baseOffset + Int64(max(slot?.relativeOffset ?? 0, 0))
        guard let batch = try walk(to: offset, limit: limit)?.header else { return false }
        // Without a slot no batch has a time, nor has the first.
        guard slot.map({ isRight($0, for: batch) }) ?? (batch.maxTimestamp == .absent) else {
            return false
        }
        return try !endsLater(than: slot?.timestamp ?? .absent, limit)
    }

    /// Whether a batch near the end of the segment has a later time than its time index knows: the
    /// last slots are missing.
    private func endsLater(
        than timestamp: Timestamp, _ limit: FilePosition
    ) throws(LogFailure) -> Bool {
        let start = FilePosition(max(0, limit.value - Self.timedByteCount))
        let slot = try withSlots { offsetSlots, _ in
            let number = OffsetIndex.slotCount(of: offsetSlots, before: start)
            return number == 0 ? nil : OffsetIndex.slot(number - 1, of: offsetSlots)
        }
        let log = try mappedLog()
        var found = try BatchWalk(log, of: source, at: .start, limit: limit)
        if let slot, let walk = walk(at: slot, in: log, limit: limit) { found = walk }
        repeat {
            if found.header.maxTimestamp > timestamp { return true }
        } while try found.advance()
        return false
    }

    /// How many bytes at the end of a segment are compared with its time index: where times rise,
    /// the batches that a missing slot speaks of are among them.
    private static var timedByteCount: Int { 256 << 10 }
}
