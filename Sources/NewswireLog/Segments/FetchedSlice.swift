/// What a read answers: whole batches of one segment, mapped, not copied.
///
/// It may be stored and sent to other threads, and outlives the deletion of its segment.
public struct FetchedSlice: Sendable {
    /// The partition that was read.
    public let partition: TopicPartition
    /// The offset that was asked for; ``records(verifyingChecksums:)`` begins with it.
    public let offset: Offset
    /// Where to read on: the offset after the last record, or ``offset`` when there was nothing.
    public let nextOffset: Offset

    private let region: MappedRegion
    private let range: Range<Int>
    private let source: BatchSource

    /// Wraps the batches at `range` of `region`, which end before `nextOffset`.
    init(
        _ region: MappedRegion, _ range: Range<Int>, of source: BatchSource,
        offsets: Range<Offset>, in partition: TopicPartition
    ) {
        self.partition = partition
        offset = offsets.lowerBound
        nextOffset = offsets.upperBound
        self.region = region
        self.range = range
        self.source = source
    }

    /// Nothing at `offset` yet: the end of the log.
    init(emptyAt offset: Offset, in partition: TopicPartition) {
        self.partition = partition
        self.offset = offset
        nextOffset = offset
        region = .empty
        range = 0..<0
        source = BatchSource(partition: partition, path: "")
    }

    /// Whether there was nothing to read.
    public var isEmpty: Bool { range.isEmpty }

    /// How many bytes of batches it holds.
    public var byteCount: Int { range.count }

    /// Where its first batch begins in the segment file.
    public var position: FilePosition { FilePosition(range.lowerBound) }

    /// The batches as they lie in the segment file.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { region.bytes.extracting(range) }
    }

    /// The records from the asked offset on.
    ///
    /// - Parameter verifyingChecksums: whether each batch is checked against its CRC-32C before its
    ///   first record is answered.
    /// - Returns: a reader that borrows this slice.
    @_lifetime(borrow self)
    public func records(verifyingChecksums: Bool = true) -> RecordReader {
        var options = RecordReaderOptions()
        options.verifiesChecksums = verifyingChecksums
        return RecordReader(
            region.bytes.extracting(range), source: source, position: position, from: offset,
            options: options)
    }
}
