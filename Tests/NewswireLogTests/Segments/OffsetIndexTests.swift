import NewswireLog
import NewswireTesting
import Testing

struct OffsetIndexTests {
    static func slots(_ pairs: [(Int, Int)]) -> [UInt8] {
        var slots: [UInt8] = []
        for (offset, position) in pairs {
            let slot = OffsetIndex.Slot(relativeOffset: offset, position: FilePosition(position))
            OffsetIndex.append(slot, to: &slots)
        }
        return slots
    }

    @Test func `a slot is two big-endian integers of 32 bits`() {
        #expect(Self.slots([(0x0102_0304, 0x0506_0708)]) == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func `floor and ceiling agree with a search from the front`() {
        for count in 0..<12 {
            let pairs = (0..<count).map { (10 + 7 * $0, 100 + 1000 * $0) }
            let slots = Self.slots(pairs)
            for offset in -1..<100 {
                let floor = pairs.lastIndex { $0.0 <= offset }
                let ceiling = pairs.first { $0.0 >= offset }
                let found = OffsetIndex.floor(of: Int64(offset), in: slots.rawSpan)
                #expect(found == floor)
                let next = OffsetIndex.ceiling(of: Int64(offset), in: slots.rawSpan)
                #expect(next?.relativeOffset == ceiling?.0)
                #expect(next?.position.value == ceiling?.1)
            }
        }
    }

    @Test func `in slots of any order the floor is never behind the offset`() {
        // A damaged index must not lead past what is looked for.
        var random = SeededRandom(seed: 5)
        for _ in 0..<500 {
            let pairs = (0..<9).map { _ in (Int.random(in: -50..<50, using: &random), 0) }
            let slots = Self.slots(pairs)
            let offset = Int.random(in: -50..<50, using: &random)
            let floor = OffsetIndex.floor(of: Int64(offset), in: slots.rawSpan)
            if let floor { #expect(pairs[floor].0 <= offset) }
        }
    }

    @Test(
        arguments: [
            ([(1, 10), (2, 20)], 100, true), ([], 0, true), ([(0, 0)], 1, true),
            ([(2, 10), (1, 20)], 100, false), ([(1, 10), (1, 20)], 100, false),
            ([(1, 20), (2, 10)], 100, false), ([(1, 10), (2, 10)], 100, false),
            ([(1, 10), (2, 100)], 100, false), ([(-1, 10)], 100, false), ([(1, -10)], 100, false),
        ] as [([(Int, Int)], Int, Bool)])
    func `slots are sound when they rise within the log`(
        pairs: [(Int, Int)], logByteCount: Int, isSound: Bool
    ) {
        let slots = Self.slots(pairs)
        let found = OffsetIndex.isSound(slots.rawSpan, logByteCount: logByteCount)
        #expect(found == isSound)
    }

    @Test func `half a slot is not sound and not counted`() {
        let slots = Array(Self.slots([(1, 10), (2, 20)]).dropLast(3))
        let isSound = OffsetIndex.isSound(slots.rawSpan, logByteCount: 100)
        let slotCount = OffsetIndex.slotCount(of: slots.rawSpan)
        #expect(!isSound && slotCount == 1)
    }
}
