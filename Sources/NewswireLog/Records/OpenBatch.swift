/// A batch that is being read.
@usableFromInline
struct OpenBatch: ~Copyable, ~Escapable {
    @usableFromInline let place: BatchPlace
    @usableFromInline var run: RecordRun
    @usableFromInline let baseOffset: Int64
    @usableFromInline let times: RecordTimes

    /// No batch yet.
    @_lifetime(copy bytes)
    init(before bytes: RawSpan) {
        place = BatchPlace(header: nil, start: 0)
        let counts = RecordCounts(recordCount: 0, lastOffsetDelta: 0)
        run = RecordRun(bytes.extracting(first: 0), counts, reusing: nil)
        baseOffset = 0
        times = RecordTimes(RecordBatchHeader())
    }

    @_lifetime(copy run)
    init(_ header: RecordBatchHeader, start: Int, _ run: consuming RecordRun) {
        place = BatchPlace(header: header, start: start)
        self.run = run
        baseOffset = header.baseOffset.value
        times = RecordTimes(header)
    }

    /// The next record, not near the end of the batch.
    @inlinable
    @inline(__always)  // The hot path.
    @_lifetime(&self)
    mutating func readRecord() throws(MalformedRecord) -> RecordView {
        let (base, times) = (baseOffset, times)
        return Self.view(try run.readRecord(), base, times)
    }

    /// The next record near the end of the batch.
    @inlinable
    @inline(__always)  // As above.
    @_lifetime(&self)
    mutating func readRecordNearEnd() throws(MalformedRecord) -> RecordView {
        let (base, times) = (baseOffset, times)
        return Self.view(try run.readRecordNearEnd(), base, times)
    }

    @inlinable
    @inline(__always)  // The hot path.
    @_lifetime(copy record)
    static func view(_ record: RecordBytes, _ baseOffset: Int64, _ times: RecordTimes) -> RecordView
    {
        // Cannot overflow: the header left room for the largest delta.
        RecordView(
            record, offset: Offset(baseOffset &+ record.offsetDelta),
            timestamp: times.timestamp(record.timestampDelta))
    }
}

/// Which batch of a sequence it is, and where; without a header, the place before the first.
@usableFromInline
struct BatchPlace {
    let header: RecordBatchHeader?
    /// Where it begins, counted from the first byte of the sequence.
    let start: Int

    /// Where the next batch begins.
    var end: Int { start + (header?.byteCount ?? 0) }
}
