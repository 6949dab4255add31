import NewswireLog
import Testing

/// Kafka's rule for index slots, batch by batch.
struct SegmentIndexesTests {
    private var indexes = SegmentIndexes(baseOffset: Offset(1000))
    private var position = 0
    private var next: Int64 = 1000

    private mutating func add(_ byteCount: Int, at time: Int64, records: Int64 = 1) {
        indexes.add(
            BatchFacts(
                baseOffset: Offset(next), lastOffset: Offset(next + records - 1),
                maxTimestamp: Timestamp(milliseconds: time), byteCount: byteCount),
            at: FilePosition(position), interval: 4096)
        position += byteCount
        next += records
    }

    private var offsets: [[Int]] {
        let slots = indexes.offsetSlots
        return (0..<OffsetIndex.slotCount(of: slots.rawSpan)).map {
            let slot = OffsetIndex.slot($0, of: slots.rawSpan)
            return [slot.relativeOffset, slot.position.value]
        }
    }

    private var times: [[Int]] {
        let slots = indexes.timeSlots
        return (0..<TimeIndex.slotCount(of: slots.rawSpan)).map {
            let slot = TimeIndex.slot($0, of: slots.rawSpan)
            return [Int(slot.timestamp.milliseconds), slot.relativeOffset]
        }
    }

    @Test mutating func `a slot comes with the first batch behind more than an interval`() {
        add(4096, at: 10, records: 3)
        #expect(offsets == [])
        // 4096 bytes are not more than the interval.
        add(1, at: 11)
        #expect(offsets == [])
        add(1, at: 12)
        #expect(offsets == [[4, 4097]])
        #expect(times == [[12, 4]])
        add(4096, at: 13)
        #expect(offsets == [[4, 4097]])
        add(10, at: 14, records: 5)
        #expect(offsets == [[4, 4097], [10, 8194]])
        #expect(times == [[12, 4], [14, 10]])
    }

    @Test mutating func `even the largest first batch gets no slot`() {
        add(1_000_000, at: 10)
        #expect(offsets == [])
        add(10, at: 10)
        #expect(offsets == [[1, 1_000_000]])
    }

    @Test mutating func `a time slot names the first batch with the largest time so far`() {
        add(5000, at: 50, records: 2)
        add(5000, at: 40)
        #expect(times == [[50, 1]])
        add(5000, at: 50)
        add(5000, at: 49)
        #expect(offsets.count == 3)
        #expect(times == [[50, 1]])
        add(10, at: 60)
        #expect(times == [[50, 1], [60, 5]])
        add(10, at: 70)
        indexes.addTimeSlot()
        #expect(times == [[50, 1], [60, 5], [70, 6]])
        indexes.addTimeSlot()
        #expect(times.count == 3)
    }

    @Test mutating func `batches without timestamps have no time slots`() {
        for _ in 0..<5 { add(5000, at: -1) }
        indexes.addTimeSlot()
        #expect(offsets.count == 4)
        #expect(times == [])
        #expect(indexes.largest == nil)
    }

    @Test mutating func `room is what Kafka calls not full`() {
        for _ in 0..<4 { add(5000, at: next) }
        // Three slots of each.
        #expect(indexes.hasRoom(within: 60))
        #expect(!indexes.hasRoom(within: 59))
        #expect(!indexes.hasRoom(within: 0))
    }

    @Test mutating func `indexes go on where files ended`() throws {
        for number in 0..<6 { add(3000, at: Int64(100 + number)) }
        indexes.addTimeSlot()
        let resumed = try #require(
            SegmentIndexes(
                baseOffset: Offset(1000), offsetSlots: indexes.offsetSlots,
                timeSlots: indexes.timeSlots, logByteCount: position))
        #expect(resumed.largest == indexes.largest)
        #expect(
            SegmentIndexes(
                baseOffset: Offset(1000), offsetSlots: indexes.offsetSlots,
                timeSlots: indexes.timeSlots, logByteCount: 100) == nil)
        let reversed = OffsetIndexTests.slots([(5, 50), (4, 60)])
        #expect(
            SegmentIndexes(
                baseOffset: Offset(1000), offsetSlots: reversed, timeSlots: [], logByteCount: 100)
                == nil)
    }

    @Test mutating func `what no slot can say is left out`() {
        // A valid batch may span 2^31 offsets: the next one's offset did not fit, and trapped.
        add(5000, at: 10, records: 1 << 31)
        add(5000, at: 20)
        add(5000, at: 30)
        #expect(offsets == [])
        #expect(indexes.largest?.timestamp == Timestamp(milliseconds: 10))
        position = 1 << 31
        add(10, at: 40)
        #expect(offsets == [])
    }

    @Test mutating func `a wrong slot is taken out`() {
        for number in 0..<6 { add(5000, at: Int64(100 + number)) }
        let before = (offsets, times)
        indexes.remove(OffsetIndex.Slot(relativeOffset: 3, position: FilePosition(15000)))
        indexes.remove(
            TimeIndex.Slot(timestamp: Timestamp(milliseconds: 102), relativeOffset: 2))
        indexes.remove(OffsetIndex.Slot(relativeOffset: 3, position: FilePosition(1)))
        #expect(offsets == before.0.filter { $0[0] != 3 })
        #expect(times == before.1.filter { $0[1] != 2 })
        #expect(offsets.count == 4 && times.count == 4)
    }
}
