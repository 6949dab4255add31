internal import Synchronization

/// How many bytes of the growing indexes of a segment are in their files.
struct FiledSlots: Hashable, Sendable {
    var offsetByteCount: Int
    var timeByteCount: Int

    /// Files that do not exist, or whose contents do not count.
    static let nothing = FiledSlots(offsetByteCount: 0, timeByteCount: 0)
}

// Writing the indexes of a segment while it grows, so that recovery can go on from there.
extension Segment {
    /// How many slots are worth opening two files for.
    private static let leastSlotCount = 16

    /// Adds the slots of batches that begin before `end`, and are not there yet, to the index
    /// files.
    ///
    /// Nothing is synced: recovery takes of the files what the log confirms. What cannot be written
    /// is tried again when the segment ends.
    func fileSlots(before end: FilePosition) {
        guard let part = state.withLock({ newSlots($0, before: end) }) else { return }
        var isFiled = true
        do throws(IOFailure) {
            try append(part.timeSlots, to: .timeIndex, at: part.filed.timeByteCount)
            try append(part.offsetSlots, to: .offsetIndex, at: part.filed.offsetByteCount)
        } catch {
            // A full disk: whoever recovers reads the log from an earlier place.
            isFiled = false
        }
        state.withLock { state in
            guard state.filed == part.filed else { return }
            state.filed = isFiled ? part.after : nil
        }
    }

    private struct NewSlots {
        let offsetSlots: [UInt8]
        let timeSlots: [UInt8]
        let filed: FiledSlots
        let after: FiledSlots
    }

    private func newSlots(_ state: borrowing State, before end: FilePosition) -> NewSlots? {
        guard let filed = state.filed, let indexes = state.growing else { return nil }
        let offsets = indexes.offsetSlots
        let count = OffsetIndex.slotCount(of: offsets.rawSpan, before: end)
        let filedCount = filed.offsetByteCount / OffsetIndex.slotByteCount
        guard count > filedCount else { return nil }
        let last = OffsetIndex.slot(count - 1, of: offsets.rawSpan)
        let filedEnd =
            filedCount == 0
            ? 0 : OffsetIndex.slot(filedCount - 1, of: offsets.rawSpan).position.value
        guard last.position.value - filedEnd >= Self.leastSlotCount * indexIntervalBytes else {
            return nil
        }
        let times = indexes.timeSlots
        let after = FiledSlots(
            offsetByteCount: count * OffsetIndex.slotByteCount,
            timeByteCount: TimeIndex.slotByteCount
                * TimeIndex.slotCount(of: times.rawSpan, upTo: last.relativeOffset))
        return NewSlots(
            offsetSlots: [UInt8](offsets[filed.offsetByteCount..<after.offsetByteCount]),
            timeSlots: [UInt8](times[filed.timeByteCount..<after.timeByteCount]),
            filed: filed, after: after)
    }

    private func append(
        _ slots: [UInt8], to kind: SegmentFileName.Kind, at position: Int
    ) throws(IOFailure) {
        guard !slots.isEmpty else { return }
        // With slots in it the file is there, or was removed with its segment.
        let file = try services.openFile(path(kind), position > 0 ? .readWrite : .createOrOpen)
        try file.write(slots.rawSpan, at: FilePosition(position))
    }
}
