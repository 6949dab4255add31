/// Where recovery goes on in a segment whose index files know its beginning.
///
/// The files are caches that nobody synced: after a power failure slots may be missing at the end
/// of either, or have other bytes in them. So the log has to confirm where they lead. Slots of time
/// come in the order of the log: all of them are there up to the last one, and nothing is believed
/// of what lies behind it.
struct IndexResume {
    /// The indexes up to the batch that ends at ``position``.
    let indexes: SegmentIndexes
    let position: FilePosition
    let nextOffset: Offset
    /// What of the index files these indexes are.
    let filed: FiledSlots

    /// Goes as far as the index files and the log, whose bytes before `syncedEnd` were synced,
    /// agree.
    ///
    /// - Returns: nil when the segment has to be read from its beginning.
    init?(
        _ files: IndexFiles, of file: any File, baseOffset: Offset, syncedEnd: FilePosition
    ) throws(IOFailure) {
        let offsetCount = OffsetIndex.soundSlotCount(
            of: files.offsetSlots.rawSpan, logByteCount: syncedEnd.value)
        let offsets = [UInt8](files.offsetSlots.prefix(offsetCount * OffsetIndex.slotByteCount))
        let times = Self.times(files.timeSlots, coveredBy: offsets)
        guard let known = TimeIndex.last(of: times.rawSpan),
            let number = OffsetIndex.floor(
                of: Int64(known.relativeOffset), in: offsets.rawSpan)
        else { return nil }
        let last = OffsetIndex.slot(number, of: offsets.rawSpan)
        let timeCount = TimeIndex.slotCount(of: times.rawSpan, upTo: last.relativeOffset)
        filed = FiledSlots(
            offsetByteCount: (number + 1) * OffsetIndex.slotByteCount,
            timeByteCount: timeCount * TimeIndex.slotByteCount)
        let kept = [UInt8](times.prefix(filed.timeByteCount))

        var log = ConfirmedLog(file, baseOffset: baseOffset, limit: syncedEnd)
        guard let batch = try log.batch(at: last), try log.confirms(known, from: last) else {
            return nil
        }
        guard let largest = TimeIndex.last(of: kept.rawSpan),
            let start = OffsetIndex.floor(of: Int64(largest.relativeOffset), in: offsets.rawSpan),
            try log.confirms(largest, from: OffsetIndex.slot(start, of: offsets.rawSpan))
        else { return nil }
        indexes = SegmentIndexes(
            baseOffset: baseOffset,
            offsetSlots: [UInt8](offsets.prefix(filed.offsetByteCount)), timeSlots: kept,
            lastByteCount: batch.byteCount)
        position = last.position + batch.byteCount
        nextOffset = batch.nextOffset
    }

    /// The sound slots of time up to the last of `offsets`.
    private static func times(_ slots: [UInt8], coveredBy offsets: [UInt8]) -> [UInt8] {
        let offsetCount = OffsetIndex.slotCount(of: offsets.rawSpan)
        guard offsetCount > 0 else { return [] }
        let last = OffsetIndex.slot(offsetCount - 1, of: offsets.rawSpan)
        let soundCount = TimeIndex.soundSlotCount(of: slots.rawSpan)
        let sound = [UInt8](slots.prefix(soundCount * TimeIndex.slotByteCount))
        let count = TimeIndex.slotCount(of: sound.rawSpan, upTo: last.relativeOffset)
        return [UInt8](sound.prefix(count * TimeIndex.slotByteCount))
    }
}

/// The log of a segment, asked whether it has the batches that slots speak of.
private struct ConfirmedLog: ~Copyable {
    private var scan: SegmentScan
    private let baseOffset: Offset

    init(_ file: any File, baseOffset: Offset, limit: FilePosition) {
        scan = SegmentScan(file, expecting: nil, limit: limit.value, order: .appended)
        self.baseOffset = baseOffset
    }

    /// The batch that `slot` speaks of; nil when another one, or none, stands there.
    mutating func batch(at slot: OffsetIndex.Slot) throws(IOFailure) -> RecordBatchHeader? {
        scan.move(to: slot.position, expecting: nil)
        guard case .batch(let header, _)? = try scan.next(),
            header.lastOffset == baseOffset + Int64(slot.relativeOffset)
        else { return nil }
        return header
    }

    /// Whether the batch that `slot` speaks of, from `start` on, has its timestamp.
    mutating func confirms(
        _ slot: TimeIndex.Slot, from start: OffsetIndex.Slot
    ) throws(IOFailure) -> Bool {
        let wanted = baseOffset + Int64(slot.relativeOffset)
        scan.move(to: start.position, expecting: nil)
        while case .batch(let header, _)? = try scan.next() {
            guard header.lastOffset < wanted else {
                return header.lastOffset == wanted && header.maxTimestamp == slot.timestamp
            }
        }
        return false
    }
}
