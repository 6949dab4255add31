// Finding the way on behind bytes that went bad.
extension Segment {
    /// A walk that begins with the batch that holds `offset`, behind damage that the walk from
    /// before it met.
    func walkBehindDamage(
        to offset: Offset, limit: FilePosition
    ) throws(LogFailure) -> BatchWalk? {
        let log = try mappedLog()
        let slot = try offsetSlot(atOrAfter: offset)
        if let slot, slot.position < limit, let walk = walk(at: slot, in: log, limit: limit),
            walk.header.baseOffset <= offset
        {
            return walk
        }
        guard let found = try goodBatch({ $0.lastOffset >= offset }, near: offset, limit),
            found.header.baseOffset <= offset
        else { return nil }
        return try BatchWalk(log, of: source, at: found.position, limit: limit)
    }

    /// The base offset of the first good batch behind the damaged one at `offset`.
    ///
    /// - Returns: nil when nothing more in this segment can be read.
    func firstReadable(after offset: Offset) throws(LogFailure) -> Offset? {
        let limit = FilePosition(byteCount)
        if let found = try goodBatch({ $0.baseOffset > offset }, near: offset, limit) {
            return found.header.baseOffset
        }
        // Where nothing can be found, index slots still know places.
        let slots = try slots(after: offset)
        return try LogFailure.wrapping(partition) { () throws(IOFailure) in
            let file = try services.openFile(source.path, .read)
            for slot in slots {
                var scan = SegmentScan(
                    file, from: slot.position, expecting: nil, limit: limit.value)
                guard case .batch(let header, _)? = try scan.next(),
                    header.lastOffset == baseOffset + Int64(slot.relativeOffset),
                    header.baseOffset > offset
                else { continue }
                return header.baseOffset
            }
            return nil
        }
    }

    /// The first good batch, from the last slot before `offset` on, that is `wanted`; damage
    /// between them is passed.
    private func goodBatch(
        _ wanted: (RecordBatchHeader) -> Bool, near offset: Offset, _ limit: FilePosition
    ) throws(LogFailure) -> (header: RecordBatchHeader, position: FilePosition)? {
        let start = try lastGoodSlot(before: offset, limit)
        return try LogFailure.wrapping(partition) { () throws(IOFailure) in
            var scan = SegmentScan(
                try services.openFile(source.path, .read), from: start ?? .start,
                expecting: start == nil ? baseOffset : nil, limit: limit.value, order: .appended)
            while let step = try scan.next() {
                switch step {
                case .batch(let header, let position):
                    if wanted(header) { return (header, position) }
                case .damage: guard try scan.passDamage() else { return nil }
                }
            }
            return nil
        }
    }

    /// Where the last slot before `offset` leads, if the batch it names stands there.
    private func lastGoodSlot(
        before offset: Offset, _ limit: FilePosition
    ) throws(LogFailure) -> FilePosition? {
        guard let slot = try offsetSlot(of: offset + -1), slot.position < limit,
            walk(at: slot, in: try mappedLog(), limit: limit) != nil
        else { return nil }
        return slot.position
    }

    private func slots(after offset: Offset) throws(LogFailure) -> [OffsetIndex.Slot] {
        let slots = try offsetSlotBytes()
        return (0..<OffsetIndex.slotCount(of: slots.rawSpan)).lazy
            .map { OffsetIndex.slot($0, of: slots.rawSpan) }
            .filter { baseOffset + Int64($0.relativeOffset) > offset }
    }
}
