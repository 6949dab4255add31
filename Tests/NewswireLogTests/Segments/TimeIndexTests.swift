import NewswireLog
import Testing

struct TimeIndexTests {
    static func slots(_ pairs: [(Int64, Int)]) -> [UInt8] {
        var slots: [UInt8] = []
        for (time, offset) in pairs {
            let slot = TimeIndex.Slot(
                timestamp: Timestamp(milliseconds: time), relativeOffset: offset)
            TimeIndex.append(slot, to: &slots)
        }
        return slots
    }

    @Test func `a slot is a timestamp of 64 bits and an offset of 32`() {
        #expect(
            Self.slots([(0x0102_0304_0506_0708, 0x090a_0b0c)])
                == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    }

    @Test func `the last slot before a time is found as by a search from the front`() {
        for count in 0..<12 {
            let pairs = (0..<count).map { (Int64(100 + 10 * $0), 3 * $0) }
            let slots = Self.slots(pairs)
            for time in Int64(90)..<230 {
                let expected = pairs.last { $0.0 < time }
                let found = TimeIndex.last(
                    before: Timestamp(milliseconds: time), in: slots.rawSpan)
                #expect(found?.timestamp.milliseconds == expected?.0)
                #expect(found?.relativeOffset == expected?.1)
            }
            let last = TimeIndex.last(of: slots.rawSpan)
            #expect(last?.relativeOffset == pairs.last?.1)
        }
    }

    @Test(
        arguments: [
            ([], true), ([(5, 0)], true), ([(5, 0), (6, 0)], true), ([(-5, 0), (6, 3)], true),
            ([(5, 0), (5, 1)], false), ([(6, 0), (5, 1)], false), ([(5, 2), (6, 1)], false),
            ([(5, -1)], false),
        ] as [([(Int64, Int)], Bool)])
    func `slots are sound when times rise and offsets do not fall`(
        pairs: [(Int64, Int)], isSound: Bool
    ) {
        let slots = Self.slots(pairs)
        let found = TimeIndex.isSound(slots.rawSpan)
        #expect(found == isSound)
    }

    @Test func `half a slot is not sound`() {
        let slots = Array(Self.slots([(5, 1), (6, 2)]).dropLast(1))
        let isSound = TimeIndex.isSound(slots.rawSpan)
        let slotCount = TimeIndex.slotCount(of: slots.rawSpan)
        #expect(!isSound && slotCount == 1)
    }
}
