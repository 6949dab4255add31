/// The segment that a partition appends to, as its writer sees it; only under the writer's lock.
///
/// A struct that is changed in place: a reference would be retained at each append.
struct ActiveSegment: Sendable {
    let segment: Segment
    /// The most bytes it may hold: it is mapped once at this size.
    let capacity: Int
    /// When it was begun here, by the wall clock.
    let begun: Timestamp
    /// Nil while the descriptor is given back.
    private(set) var file: (any File)?
    /// How many bytes were accepted; of a `synced` topic, fewer may be written yet.
    var byteCount: Int
    /// Up to where the disk has set space aside.
    private var reservedByteCount: Int
    /// The run of the open group that ends here, if it is still open.
    var run: OpenGroup.RunID?
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
        reservedByteCount = segment.byteCount
    }

    /// Takes the descriptor for appends.
    ///
    /// A method, as ``giveBackFile()`` is: `active?.file = file` in the writer, which cannot be
    /// copied, leaks the file that was there (Swift 6.3.1).
    mutating func hold(_ file: any File) { self.file = file }

    /// Closes the descriptor.
    mutating func giveBackFile() { file = nil }

    /// What the roll policy asks.
    var rollFacts: RollPolicy.Facts {
        RollPolicy.Facts(
            baseOffset: segment.baseOffset, byteCount: byteCount, capacity: capacity,
            firstTimestamp: firstTimestamp, begun: begun,
            indexesHaveRoom: indexesHaveRoom)
    }

    /// Writes one batch behind the others; after a failure nothing of it remains.
    ///
    /// - Parameters:
    ///   - bytes: the encoded batch.
    ///   - facts: what its header says.
    ///   - indexBytes: how large an index file may become.
    /// - Throws: what the system said; the segment is as it was.
    /// - Complexity: one system call.
    mutating func append(
        _ bytes: RawSpan, _ facts: BatchFacts, indexBytes: Int
    ) throws(IOFailure) {
        guard let file else { preconditionFailure("a segment was written while it was closed") }
        try cutLeftovers()
        // Before the write: bytes of a failed one count as well.
        isDirty = true
        let position = FilePosition(byteCount)
        do throws(IOFailure) {
            try file.write(bytes, at: position)
        } catch {
            try cut(file, after: error)
        }
        if byteCount == 0 { firstTimestamp = facts.maxTimestamp }
        byteCount += bytes.byteCount
        indexesHaveRoom = segment.note(facts, at: position, limit: indexBytes)
    }

    /// Counts one batch that the commit log will write behind the others.
    mutating func accept(_ facts: BatchFacts, indexBytes: Int) {
        if byteCount == 0 { firstTimestamp = facts.maxTimestamp }
        indexesHaveRoom = segment.note(facts, at: FilePosition(byteCount), limit: indexBytes)
        byteCount += facts.byteCount
    }

    /// Has the disk set space aside for a batch: once it is committed it has to find its place.
    ///
    /// In steps that grow with the segment, so that a small one wastes little.
    mutating func reserve(_ batchByteCount: Int) throws(IOFailure) {
        let needed = byteCount + batchByteCount
        guard needed > reservedByteCount, let file else { return }
        let step = min(max(16 << 10, byteCount / 4), 16 << 20)
        let generous = max(needed, min(needed + step, capacity))
        do throws(IOFailure) {
            try file.reserve(upTo: generous)
            reservedByteCount = generous
        } catch  where error.isDiskFull && generous > needed {
            try file.reserve(upTo: needed)
            reservedByteCount = needed
        }
    }

    /// Writes a large batch to its place before the commit log says that it counts.
    ///
    /// - Throws: what the system said; the segment is as it was.
    mutating func writeAhead(_ bytes: RawSpan) throws(IOFailure) {
        guard let file else { preconditionFailure("a segment was written while it was closed") }
        try cutLeftovers()
        isDirty = true
        do throws(IOFailure) {
            try file.write(bytes, at: FilePosition(byteCount))
        } catch { try cut(file, after: error) }
    }

    /// Removes what a failed write left and could not remove itself.
    ///
    /// A closed file has nothing of the kind: it is cut when it is opened again.
    mutating func cutLeftovers() throws(IOFailure) {
        guard hasLeftovers, let file else { return }
        try file.truncate(to: byteCount)
        hasLeftovers = false
    }

    /// Lets readers see everything that is written.
    func publish() { segment.publish(upTo: byteCount) }

    /// Removes what a failed write left.
    ///
    /// Nobody sees behind `byteCount`; if cutting fails too, the next append cuts first.
    private mutating func cut(
        _ file: any File, after failure: IOFailure
    ) throws(IOFailure) -> Never {
        hasLeftovers = true
        do throws(IOFailure) {
            try file.truncate(to: byteCount)
            hasLeftovers = false
        } catch _ {
            throw failure
        }
        throw failure
    }
}
