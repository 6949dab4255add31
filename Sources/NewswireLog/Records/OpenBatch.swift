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
        place = BatchPlace()
        let counts = RecordCounts(recordCount: 0, lastOffsetDelta: 0)
        run = RecordRun(bytes.extracting(first: 0), counts, reusing: nil)
        baseOffset = 0
        times = RecordTimes(RecordBatchHeader())
    }

    @_lifetime(copy run)
    init(_ header: RecordBatchHeader, start: Int, _ run: consuming RecordRun) {
        place = BatchPlace(header, start: start)
        self.run = run
        baseOffset = header.baseOffset.value
        times = RecordTimes(header)
    }

    /// The next record, not near the end of the batch.
    @inlinable
    @inline(always)  // The hot path.
    @_lifetime(&self)
    mutating func readRecord() throws(MalformedRecord) -> RecordView {
        let (base, times) = (baseOffset, times)
        return Self.view(try run.readRecord(), base, times)
    }

    /// The next record near the end of the batch.
    @inlinable
    @inline(always)  // As above.
    @_lifetime(&self)
    mutating func readRecordNearEnd() throws(MalformedRecord) -> RecordView {
        let (base, times) = (baseOffset, times)
        return Self.view(try run.readRecordNearEnd(), base, times)
    }

    @inlinable
    @inline(always)  // The hot path.
    @_lifetime(copy record)
    static func view(_ record: RecordBytes, _ baseOffset: Int64, _ times: RecordTimes) -> RecordView
    {
        // Cannot overflow: the header left room for the largest delta.
        RecordView(
            record, offset: Offset(baseOffset &+ record.offsetDelta),
            timestamp: times.timestamp(record.timestampDelta))
    }
}

/// Which batch of a sequence it is.
///
/// Small, because it is copied for each batch.
@usableFromInline
struct BatchPlace {
    /// Where it begins and ends, counted from the first byte of the sequence.
    let start: Int
    let end: Int
    let baseOffset: Offset
    let lastOffsetDelta: Int32
    let recordCount: Int32

    /// The place before the first batch.
    init() {
        start = 0
        end = 0
        baseOffset = .zero
        lastOffsetDelta = -1
        recordCount = 0
    }

    init(_ header: RecordBatchHeader, start: Int) {
        self.start = start
        end = start + header.byteCount
        baseOffset = header.baseOffset
        lastOffsetDelta = header.lastOffsetDelta
        recordCount = header.recordCount
    }

    /// The offset after the last one.
    var nextOffset: Offset { baseOffset + Int64(lastOffsetDelta) + 1 }
}
