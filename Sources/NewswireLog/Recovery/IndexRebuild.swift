/// Makes a segment's indexes again from its log.
package enum IndexRebuild {
    /// The indexes of the batches that `scan` finds.
    ///
    /// Behind damage the scan goes on at the next of `oldSlots` that leads to a good batch, so that
    /// the records behind it can still be found.
    package static func indexes(
        of scan: consuming SegmentScan, baseOffset: Offset, interval: Int, oldSlots: [UInt8] = []
    ) throws(IOFailure) -> SegmentIndexes {
        var indexes = SegmentIndexes(baseOffset: baseOffset)
        var oldSlot = 0
        while let step = try scan.next() {
            switch step {
            case .batch(let header, let position):
                indexes.add(BatchFacts(header), at: position, interval: interval)
            case .damage(_, let position):
                guard
                    let slot = nextSlot(in: oldSlots, from: &oldSlot, behind: position)
                else { return indexes }
                scan.move(to: slot.position, expecting: nil)
                guard case .batch(let header, let found)? = try scan.next(),
                    header.lastOffset == baseOffset + Int64(slot.relativeOffset)
                else {
                    scan.move(to: position, expecting: nil)
                    continue
                }
                indexes.adopt(slot)
                indexes.add(BatchFacts(header), at: found, interval: .max)
            }
        }
        return indexes
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
