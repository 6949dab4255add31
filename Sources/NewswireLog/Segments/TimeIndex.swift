/// Kafka's time index: slots of the largest timestamp so far and the offset that brought it.
///
/// All records up to a slot's offset have at most its timestamp. The table is in <doc:IndexFormat>.
package enum TimeIndex {
    /// Where the fields of a slot lie.
    package enum Layout {
        package static let timestamp = 0..<8
        package static let relativeOffset = 8..<12
        package static let fields = [
            ("timestamp", timestamp), ("relativeOffset", relativeOffset),
        ]
    }

    package static let slotByteCount = 12

    /// One slot.
    package struct Slot: Hashable, Sendable {
        /// The largest timestamp of the segment up to `relativeOffset`.
        package let timestamp: Timestamp
        /// The last offset of the first batch with that timestamp, counted from the base offset.
        package let relativeOffset: Int

        package init(timestamp: Timestamp, relativeOffset: Int) {
            self.timestamp = timestamp
            self.relativeOffset = relativeOffset
        }
    }

    /// How many whole slots `slots` holds.
    package static func slotCount(of slots: RawSpan) -> Int { slots.byteCount / slotByteCount }

    /// Slot number `number` of `slots`.
    package static func slot(_ number: Int, of slots: RawSpan) -> Slot {
        let start = number * slotByteCount
        let timestamp = slots.bigEndian(Int64.self, at: start + Layout.timestamp.lowerBound)
        let relativeOffset = slots.bigEndian(
            Int32.self, at: start + Layout.relativeOffset.lowerBound)
        return Slot(
            timestamp: Timestamp(milliseconds: timestamp), relativeOffset: Int(relativeOffset))
    }

    /// The last slot; nil when there is none.
    package static func last(of slots: RawSpan) -> Slot? {
        let count = slotCount(of: slots)
        return count == 0 ? nil : slot(count - 1, of: slots)
    }

    /// The last slot whose timestamp is before `timestamp`; nil when there is none.
    ///
    /// All records up to its offset are earlier.
    /// - Complexity: O(log slots).
    package static func last(before timestamp: Timestamp, in slots: RawSpan) -> Slot? {
        var low = 0
        var high = slotCount(of: slots)
        while low < high {
            let middle = low + (high - low) / 2
            if slot(middle, of: slots).timestamp < timestamp {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low == 0 ? nil : slot(low - 1, of: slots)
    }

    /// Adds `slot` at the end of `slots`.
    package static func append(_ slot: Slot, to slots: inout [UInt8]) {
        slots.append(bigEndian: slot.timestamp.milliseconds)
        slots.append(bigEndian: Int32(slot.relativeOffset))
    }

    /// How many slots speak of offsets up to `relativeOffset`.
    ///
    /// - Complexity: O(log slots).
    package static func slotCount(of slots: RawSpan, upTo relativeOffset: Int) -> Int {
        var low = 0
        var high = slotCount(of: slots)
        while low < high {
            let middle = low + (high - low) / 2
            if slot(middle, of: slots).relativeOffset <= relativeOffset {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Whether the slots are whole and ordered, and no offset is negative.
    package static func isSound(_ slots: RawSpan) -> Bool {
        soundSlotCount(of: slots) * slotByteCount == slots.byteCount
    }

    /// How many slots from the first one on are ordered, with no negative offset.
    package static func soundSlotCount(of slots: RawSpan) -> Int {
        var previous = Slot(timestamp: Timestamp(milliseconds: .min), relativeOffset: -1)
        for number in 0..<slotCount(of: slots) {
            let next = slot(number, of: slots)
            guard next.timestamp > previous.timestamp,
                next.relativeOffset >= max(0, previous.relativeOffset)
            else { return number }
            previous = next
        }
        return slotCount(of: slots)
    }
}
