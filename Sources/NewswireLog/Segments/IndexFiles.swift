/// What the index files of a segment hold, right or wrong.
struct IndexFiles {
    private(set) var offsetSlots: [UInt8] = []
    private(set) var timeSlots: [UInt8] = []
    /// Reads both, which have to be there.
    init(of place: Segment.Place, on fileSystem: any FileSystem) throws(IOFailure) {
        offsetSlots = try fileSystem.contents(of: place.path(.offsetIndex), byteCountMax: .max)
        timeSlots = try fileSystem.contents(of: place.path(.timeIndex), byteCountMax: .max)
    }

    /// Whether the files are whole, and all slots speak of batches before `end` and `nextOffset`.
    func areWithin(_ end: FilePosition, baseOffset: Offset, nextOffset: Offset) -> Bool {
        guard OffsetIndex.isSound(offsetSlots.rawSpan, logByteCount: end.value),
            TimeIndex.isSound(timeSlots.rawSpan)
        else { return false }
        let last = TimeIndex.last(of: timeSlots.rawSpan)
        return last.map { baseOffset + Int64($0.relativeOffset) < nextOffset } ?? true
    }
}
