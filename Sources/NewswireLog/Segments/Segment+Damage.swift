// Finding the way on behind bytes that went bad.
extension Segment {
    /// A walk that begins with the batch that holds `offset`, if a slot leads right to it.
    ///
    /// The first batch behind damage is reached in no other way: slots before it are of no use.
    func walkBehindDamage(
        to offset: Offset, limit: FilePosition
    ) throws(LogFailure) -> BatchWalk? {
        let log = try mappedLog()
        let slot = try offsetSlot(atOrAfter: offset)
        guard let slot, slot.position < limit, let walk = walk(at: slot, in: log, limit: limit),
            walk.header.baseOffset <= offset
        else { return nil }
        return walk
    }

    /// The base offset of the first good batch behind the damaged one at `offset`.
    ///
    /// - Returns: nil when nothing more in this segment can be read.
    func firstReadable(after offset: Offset) throws(LogFailure) -> Offset? {
        if let next = try headerAfter(offset) { return next }
        let slots = try slots(after: offset)
        return try LogFailure.wrapping(partition) { () throws(IOFailure) in
            let file = try services.openFile(source.path, .read)
            for slot in slots {
                var scan = SegmentScan(
                    file, from: slot.position, expecting: nil, limit: byteCount)
                guard case .batch(let header, _)? = try scan.next(),
                    header.lastOffset == baseOffset + Int64(slot.relativeOffset),
                    header.baseOffset > offset
                else { continue }
                return header.baseOffset
            }
            return nil
        }
    }

    /// The offset after the batch at `offset`, when only that batch's body is damaged.
    private func headerAfter(_ offset: Offset) throws(LogFailure) -> Offset? {
        let limit = FilePosition(byteCount)
        let walk: BatchWalk?
        do throws(LogFailure) {
            walk = try self.walk(to: offset, limit: limit)
        } catch {
            // The headers cannot be followed: the caller tries the index.
            return nil
        }
        guard let walk, walk.header.baseOffset <= offset, walk.batchEnd < limit else { return nil }
        return try LogFailure.wrapping(partition) { () throws(IOFailure) in
            let file = try services.openFile(source.path, .read)
            var scan = SegmentScan(
                file, from: walk.batchEnd, expecting: walk.header.nextOffset, limit: limit.value)
            guard case .batch? = try scan.next() else { return nil }
            return walk.header.nextOffset
        }
    }

    private func slots(after offset: Offset) throws(LogFailure) -> [OffsetIndex.Slot] {
        let slots = try offsetSlotBytes()
        return (0..<OffsetIndex.slotCount(of: slots.rawSpan)).lazy
            .map { OffsetIndex.slot($0, of: slots.rawSpan) }
            .filter { baseOffset + Int64($0.relativeOffset) > offset }
    }
}
