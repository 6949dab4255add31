/// Makes a segment's indexes again from its log.
package enum IndexRebuild {
    /// The indexes of the batches that `scan` finds.
    ///
    /// Behind damage the scan goes on with the next good batch that can be found, or that one of
    /// `oldSlots` leads to, so that the records behind it can still be read.
    package static func indexes(
        of scan: consuming SegmentScan, baseOffset: Offset, interval: Int, oldSlots: [UInt8] = []
    ) throws(IOFailure) -> SegmentIndexes {
        var indexes = SegmentIndexes(baseOffset: baseOffset)
        try read(&scan, into: &indexes, interval: interval, oldSlots)
        // The last slot is the time of the segment: a search by time skips the segment without it.
        indexes.addTimeSlot()
        return indexes
    }

    private static func read(
        _ scan: inout SegmentScan, into indexes: inout SegmentIndexes, interval: Int,
        _ oldSlots: [UInt8]
    ) throws(IOFailure) {
        var oldSlot = 0
        while let step = try scan.next() {
            switch step {
            case .batch(let header, let position):
                indexes.add(BatchFacts(header), at: position, interval: interval)
            case .damage(_, let position):
                if try scan.passDamage() {
                    indexes.demandSlot()
                    continue
                }
                let isBehind = try passDamage(at: position, &scan, &indexes, oldSlots, &oldSlot)
                guard isBehind else { return }
            }
        }
    }

    /// Goes on at the next slot that leads to a good batch; false when there is none.
    private static func passDamage(
        at position: FilePosition, _ scan: inout SegmentScan, _ indexes: inout SegmentIndexes,
        _ oldSlots: [UInt8], _ oldSlot: inout Int
    ) throws(IOFailure) -> Bool {
        while let slot = nextSlot(in: oldSlots, from: &oldSlot, behind: position) {
            scan.move(to: slot.position, expecting: nil)
            guard case .batch(let header, let found)? = try scan.next(),
                header.lastOffset == indexes.baseOffset + Int64(slot.relativeOffset),
                header.baseOffset >= indexes.baseOffset
            else { continue }
            indexes.demandSlot()
            indexes.add(BatchFacts(header), at: found, interval: .max)
            return true
        }
        return false
    }

    private static func nextSlot(
        in slots: [UInt8], from number: inout Int, behind position: FilePosition
    ) -> OffsetIndex.Slot? {
        while number < OffsetIndex.slotCount(of: slots.rawSpan) {
            let slot = OffsetIndex.slot(number, of: slots.rawSpan)
            number += 1
            if slot.position > position { return slot }
        }
        return nil
    }
}
