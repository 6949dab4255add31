// Finding records by time.
extension Segment {
    /// The first record at or after `start` with at least `timestamp`; nil when there is none here.
    func firstRecord(
        at timestamp: Timestamp, from start: Offset
    ) throws(LogFailure) -> FoundRecord? {
        let limit = FilePosition(byteCount)
        guard limit > .start else { return nil }
        let slot = try timeSlot(of: timestamp)
        let hint = slot.map { baseOffset + Int64($0.relativeOffset) } ?? baseOffset
        guard var walk = try walk(to: max(hint, start), limit: limit) else { return nil }
        repeat {
            guard walk.header.maxTimestamp >= timestamp else { continue }
            let slice = try fetch(from: max(start, walk.header.baseOffset), maxBytes: 1)
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

    /// The slot to start from for `timestamp`; nil is the segment's first batch.
    func timeSlot(of timestamp: Timestamp) throws(LogFailure) -> TimeIndex.Slot? {
        let slot = try withSlots { _, timeSlots in TimeIndex.floor(of: timestamp, in: timeSlots) }
        guard let slot, slot.relativeOffset >= 0 else { return nil }
        return slot
    }

    /// The largest timestamp in the segment; absent when no record has one.
    func largestTimestamp() throws(LogFailure) -> Timestamp {
        try withSlots(growing: { $0.largest?.timestamp ?? .absent }) { _, timeSlots in
            TimeIndex.last(of: timeSlots)?.timestamp ?? .absent
        }
    }
}
