/// Kafka's offset index: slots of a batch's last offset (relative to the segment) and its position.
///
/// Slots are ordered by both. The table is in <doc:IndexFormat>.
package enum OffsetIndex {
    /// Where the fields of a slot lie.
    package enum Layout {
        package static let relativeOffset = 0..<4
        package static let position = 4..<8
        package static let fields = [
            ("relativeOffset", relativeOffset), ("position", position),
        ]
    }

    package static let slotByteCount = 8

    /// One slot.
    package struct Slot: Hashable, Sendable {
        /// The last offset of the batch, counted from the segment's base offset.
        package let relativeOffset: Int
        /// Where the batch begins.
        package let position: FilePosition

        package init(relativeOffset: Int, position: FilePosition) {
            self.relativeOffset = relativeOffset
            self.position = position
        }
    }

    /// How many whole slots `slots` holds.
    package static func slotCount(of slots: RawSpan) -> Int { slots.byteCount / slotByteCount }

    /// Slot number `number` of `slots`.
    package static func slot(_ number: Int, of slots: RawSpan) -> Slot {
        let start = number * slotByteCount
        let relativeOffset = slots.bigEndian(
            Int32.self, at: start + Layout.relativeOffset.lowerBound)
        let position = slots.bigEndian(Int32.self, at: start + Layout.position.lowerBound)
        return Slot(relativeOffset: Int(relativeOffset), position: FilePosition(Int(position)))
    }

    /// The number of the last slot whose offset is at most `relativeOffset`; nil when all are
    /// later.
    ///
    /// - Complexity: O(log slots).
    package static func floor(of relativeOffset: Int64, in slots: RawSpan) -> Int? {
        var low = 0
        var high = slotCount(of: slots)
        while low < high {
            let middle = low + (high - low) / 2
            if Int64(slot(middle, of: slots).relativeOffset) <= relativeOffset {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low == 0 ? nil : low - 1
    }

    /// The first slot whose offset is at least `relativeOffset`; nil when all are earlier.
    package static func ceiling(of relativeOffset: Int64, in slots: RawSpan) -> Slot? {
        let number = floor(of: relativeOffset - 1, in: slots).map { $0 + 1 } ?? 0
        return number < slotCount(of: slots) ? slot(number, of: slots) : nil
    }

    /// Adds `slot` at the end of `slots`.
    package static func append(_ slot: Slot, to slots: inout [UInt8]) {
        slots.append(bigEndian: Int32(slot.relativeOffset))
        slots.append(bigEndian: Int32(slot.position.value))
    }

    /// How many slots lead to batches that begin before `end`.
    ///
    /// - Complexity: O(log slots).
    package static func slotCount(of slots: RawSpan, before end: FilePosition) -> Int {
        var low = 0
        var high = slotCount(of: slots)
        while low < high {
            let middle = low + (high - low) / 2
            if slot(middle, of: slots).position < end { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether the slots are whole, ordered, and inside a log of `logByteCount` bytes.
    package static func isSound(_ slots: RawSpan, logByteCount: Int) -> Bool {
        soundSlotCount(of: slots, logByteCount: logByteCount) * slotByteCount == slots.byteCount
    }

    /// How many slots from the first one on are ordered and inside a log of `logByteCount` bytes.
    package static func soundSlotCount(of slots: RawSpan, logByteCount: Int) -> Int {
        var previous = Slot(relativeOffset: -1, position: FilePosition(-1))
        for number in 0..<slotCount(of: slots) {
            let next = slot(number, of: slots)
            guard next.relativeOffset > previous.relativeOffset, next.position > previous.position,
                next.position.value < logByteCount
            else { return number }
            previous = next
        }
        return slotCount(of: slots)
    }
}
