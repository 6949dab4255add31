/// The segment that a partition appends to, as its writer sees it; only under the writer's lock.
final class ActiveSegment: @unchecked Sendable {
    // Unchecked: it never leaves the writer's state, which one lock guards.
    let segment: Segment
    /// The most bytes it may hold: it is mapped once at this size.
    let capacity: Int
    /// When it was begun here, by the wall clock.
    let begun: Timestamp
    /// Nil while the descriptor is given back.
    var file: (any File)?
    /// How many bytes were written; readers of a `synced` topic may see fewer.
    var byteCount: Int
    /// The first batch's timestamp; absent when it has none.
    var firstTimestamp: Timestamp
    /// Whether bytes of a failed write may stand behind `byteCount`.
    var hasLeftovers = false
    /// Whether both indexes have room for another slot.
    var indexesHaveRoom = true
    /// Whether bytes were written since the last sync was asked for.
    var isDirty = false

    init(
        _ segment: Segment, file: (any File)?, capacity: Int, begun: Timestamp,
        firstTimestamp: Timestamp
    ) {
        self.segment = segment
        self.file = file
        self.capacity = capacity
        self.begun = begun
        self.firstTimestamp = firstTimestamp
        byteCount = segment.byteCount
    }

    /// What the roll policy asks.
    var rollFacts: RollPolicy.Facts {
        RollPolicy.Facts(
            baseOffset: segment.baseOffset, byteCount: byteCount, capacity: capacity,
            firstTimestamp: firstTimestamp, begun: begun,
            indexesHaveRoom: indexesHaveRoom)
    }

    /// Writes one batch behind the others; after a failure nothing of it remains.
    ///
    /// - Complexity: one system call.
    func write(_ bytes: RawSpan, to file: any File) throws(IOFailure) {
        if hasLeftovers {
            try file.truncate(to: byteCount)
            hasLeftovers = false
        }
        // Before the write: bytes of a failed one count as well.
        isDirty = true
        do throws(IOFailure) {
            try file.write(bytes, at: FilePosition(byteCount))
        } catch {
            // Nobody sees behind `byteCount`; if cutting fails too, the next write cuts first.
            hasLeftovers = true
            do throws(IOFailure) {
                try file.truncate(to: byteCount)
                hasLeftovers = false
            } catch _ {
                throw error
            }
            throw error
        }
        byteCount += bytes.byteCount
    }
}
