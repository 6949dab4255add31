/// Both indexes of a segment in memory, while it grows or is read again after a crash.
package struct SegmentIndexes: Sendable {
    /// The slots of the offset index, as its file holds them.
    package private(set) var offsetSlots: [UInt8] = []
    /// The slots of the time index, as its file holds them.
    package private(set) var timeSlots: [UInt8] = []
    /// The largest timestamp so far and the slot it will get; nil before the first batch.
    package private(set) var largest: TimeIndex.Slot?

    package let baseOffset: Offset
    private var bytesSinceSlot = 0
    private var demandsSlot = false

    package init(baseOffset: Offset) { self.baseOffset = baseOffset }

    /// Goes on where files of a segment with `logByteCount` bytes ended.
    ///
    /// - Returns: nil when the slots are not sound.
    package init?(
        baseOffset: Offset, offsetSlots: [UInt8], timeSlots: [UInt8], logByteCount: Int
    ) {
        guard OffsetIndex.isSound(offsetSlots.rawSpan, logByteCount: logByteCount),
            TimeIndex.isSound(timeSlots.rawSpan)
        else { return nil }
        self.baseOffset = baseOffset
        self.offsetSlots = offsetSlots
        self.timeSlots = timeSlots
        largest = TimeIndex.last(of: timeSlots.rawSpan)
        let count = OffsetIndex.slotCount(of: offsetSlots.rawSpan)
        let last =
            count == 0 ? 0 : OffsetIndex.slot(count - 1, of: offsetSlots.rawSpan).position.value
        bytesSinceSlot = logByteCount - last
    }

    /// Goes on behind the batch of the last of `offsetSlots`, which has `lastByteCount` bytes.
    ///
    /// The slots are sound, and those of time are all that there are up to that batch.
    package init(
        baseOffset: Offset, offsetSlots: [UInt8], timeSlots: [UInt8], lastByteCount: Int
    ) {
        self.baseOffset = baseOffset
        self.offsetSlots = offsetSlots
        self.timeSlots = timeSlots
        largest = TimeIndex.last(of: timeSlots.rawSpan)
        bytesSinceSlot = lastByteCount
    }

    /// Notes the batch with `header` that begins at `position`.
    ///
    /// As Kafka does: a slot when more than `interval` bytes came since the last one, counted
    /// before this batch, so that a segment's first batch never gets one.
    package mutating func add(_ header: BatchFacts, at position: FilePosition, interval: Int) {
        let relativeOffset = header.lastOffset - baseOffset
        defer { bytesSinceSlot += header.byteCount }
        // What no slot can say, in a file that is not of our making, is found by walking to it.
        guard let offset32 = Int32(exactly: relativeOffset), offset32 >= 0,
            position.value <= Int(Int32.max)
        else { return }
        if header.maxTimestamp > largest?.timestamp ?? .absent {
            largest = TimeIndex.Slot(
                timestamp: header.maxTimestamp, relativeOffset: Int(offset32))
        }
        guard bytesSinceSlot > interval || demandsSlot else { return }
        OffsetIndex.append(
            OffsetIndex.Slot(relativeOffset: Int(offset32), position: position), to: &offsetSlots)
        addTimeSlot()
        bytesSinceSlot = 0
        demandsSlot = false
    }

    /// Adds the last slot of the time index; the segment ends here, or the files are written.
    package mutating func addTimeSlot() {
        guard let largest else { return }
        let last = TimeIndex.last(of: timeSlots.rawSpan)
        guard largest.timestamp > last?.timestamp ?? .absent else { return }
        TimeIndex.append(largest, to: &timeSlots)
    }

    /// Whether another slot of each index stays within files of `limit` bytes.
    package func hasRoom(within limit: Int) -> Bool {
        // One slot of the time index is kept back for the end of the segment.
        offsetSlots.count <= limit - OffsetIndex.slotByteCount
            && timeSlots.count <= limit - 2 * TimeIndex.slotByteCount
    }

    /// Takes out a slot that does not speak of the batch it leads to.
    package mutating func remove(_ slot: OffsetIndex.Slot) {
        let wrong = (0..<OffsetIndex.slotCount(of: offsetSlots.rawSpan)).first {
            OffsetIndex.slot($0, of: offsetSlots.rawSpan) == slot
        }
        guard let start = wrong.map({ $0 * OffsetIndex.slotByteCount }) else { return }
        offsetSlots.removeSubrange(start..<start + OffsetIndex.slotByteCount)
    }

    /// Takes out a slot that does not speak of the batch with its offset.
    package mutating func remove(_ slot: TimeIndex.Slot) {
        let wrong = (0..<TimeIndex.slotCount(of: timeSlots.rawSpan)).first {
            TimeIndex.slot($0, of: timeSlots.rawSpan) == slot
        }
        guard let start = wrong.map({ $0 * TimeIndex.slotByteCount }) else { return }
        timeSlots.removeSubrange(start..<start + TimeIndex.slotByteCount)
    }

    /// Gives the next batch a slot, whatever the interval: it follows damage.
    package mutating func demandSlot() { demandsSlot = true }
}

/// What the indexes and the log's ends need to know of a batch.
package struct BatchFacts: Hashable, Sendable {
    package let baseOffset: Offset
    package let lastOffset: Offset
    package let maxTimestamp: Timestamp
    package let byteCount: Int

    package init(
        baseOffset: Offset, lastOffset: Offset, maxTimestamp: Timestamp, byteCount: Int
    ) {
        self.baseOffset = baseOffset
        self.lastOffset = lastOffset
        self.maxTimestamp = maxTimestamp
        self.byteCount = byteCount
    }

    package init(_ header: RecordBatchHeader) {
        self.init(
            baseOffset: header.baseOffset, lastOffset: header.lastOffset,
            maxTimestamp: header.maxTimestamp, byteCount: header.byteCount)
    }

    /// The offset after the batch.
    package var nextOffset: Offset { lastOffset + 1 }
}
