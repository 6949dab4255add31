/// The records of a run of batches, front to back: `while let record = try records.next() { … }`.
///
/// Each record is borrowed until the next call. Checksums are verified batch by batch, unless that
/// was asked not to; whatever the bytes are, a failure is thrown, and thrown again by the next call.
public struct RecordReader: ~Copyable, ~Escapable {
    /// The header of the batch that the last record came from.
    package private(set) var batch: RecordBatchHeader?

    private let bytes: RawSpan
    private let source: BatchSource
    private let firstPosition: FilePosition
    private let firstOffset: Offset
    private let options: RecordReaderOptions

    private var batchStart = 0
    private var batchEnd = 0
    private var lowestBaseOffset = Offset.zero
    private var run: RecordRun
    private var remaining: Int32 = 0
    private var baseOffset: Int64 = 0
    private var times = RecordTimes(RecordBatchHeader())
    private var deltas = OffsetDeltas(RecordBatchHeader())

    /// Reads whole batches.
    /// - Parameters:
    ///   - bytes: batches one after the other, and nothing else.
    ///   - source: the file, for errors.
    ///   - position: where in that file `bytes` begin.
    ///   - from: records and batches below this offset are left out.
    ///   - options: what is verified and what is read.
    /// - Complexity: no allocation, except for compressed batches: their memory is taken once.
    @_lifetime(copy bytes)
    package init(
        _ bytes: RawSpan, source: BatchSource, position: FilePosition, from: Offset,
        options: RecordReaderOptions
    ) {
        self.bytes = bytes
        self.source = source
        firstPosition = position
        firstOffset = from
        self.options = options
        run = RecordRun(over: bytes)
    }

    /// The position in the file of the batch that ``batch`` describes.
    package var batchPosition: FilePosition { firstPosition + batchStart }

    /// The next record; nil after the last one.
    /// - Throws: ``LogFailure/corrupt(_:at:offset:_:)`` with the place of the batch.
    @_lifetime(&self)
    public mutating func next() throws(LogFailure) -> RecordView? {
        while remaining == 0 {
            guard try nextBatch() != nil else { return nil }
        }
        return try readRecord()
    }

    /// Goes on to the next batch, whether all records of this one were read or not; nil at the end.
    ///
    /// With control records included, batches without records are among the answers.
    package mutating func nextBatch() throws(LogFailure) -> RecordBatchHeader? {
        try finishBatch()
        while batchEnd < bytes.byteCount {
            let header = try readHeader()
            let isWanted = try begin(header)
            batchStart = batchEnd
            batchEnd += header.byteCount
            lowestBaseOffset = header.nextOffset
            batch = header
            if isWanted { return header }
        }
        return nil
    }

    /// The next record of the current batch; nil after its last one.
    @_lifetime(&self)
    package mutating func nextOfBatch() throws(LogFailure) -> RecordView? {
        guard remaining > 0 else { return nil }
        return try readRecord()
    }

    @inline(__always)  // The hot path; there are two callers.
    @_lifetime(&self)
    private mutating func readRecord() throws(LogFailure) -> RecordView {
        let base = baseOffset
        do throws(MalformedRecord) {
            let record = try run.readRecord()
            guard deltas.accept(record.offsetDelta) else { throw MalformedRecord() }
            remaining &-= 1  // Cannot overflow: it was positive.
            return RecordView(
                record, offset: Offset(base &+ record.offsetDelta),
                timestamp: times.timestamp(record.timestampDelta))
        } catch {
            throw malformedRecord()
        }
    }

    /// Nothing may be left of a batch when its last record was read.
    private mutating func finishBatch() throws(LogFailure) {
        if remaining == 0, run.remainingByteCount > 0, let batch {
            let failure = BatchFailure.badCounts(
                recordCount: Int(batch.recordCount), lastOffsetDelta: Int(batch.lastOffsetDelta))
            throw corrupt(failure, at: batchStart, batch.baseOffset)
        }
        remaining = 0
        run.clear()
    }

    /// The header of the batch that begins where the last one ended.
    private func readHeader() throws(LogFailure) -> RecordBatchHeader {
        let rest = bytes.extracting(droppingFirst: batchEnd)
        do throws(BatchFailure) {
            let header = try RecordBatchHeader(rest)
            guard header.byteCount <= rest.byteCount else {
                throw .truncated(byteCount: rest.byteCount, needed: header.byteCount)
            }
            guard header.baseOffset >= lowestBaseOffset else {
                throw .badBaseOffset(header.baseOffset, expected: lowestBaseOffset)
            }
            return header
        } catch {
            throw corrupt(error, at: batchEnd, nil)
        }
    }

    /// Verifies and opens the batch that begins where the last one ended; false: it is left out.
    private mutating func begin(_ header: RecordBatchHeader) throws(LogFailure) -> Bool {
        guard header.nextOffset > firstOffset else { return false }
        let rest = bytes.extracting(droppingFirst: batchEnd)
        do throws(BatchFailure) {
            if options.verifiesChecksums {
                try RecordBatchValidator.verifyChecksum(of: rest, header)
            }
            try RecordBatchValidator.verifyCounts(header)
            // Verified all the same: damage is not for hiding.
            guard options.includesControlRecords || !header.attributes.isControl else {
                return false
            }
            try run.load(rest, header, byteLimit: options.byteLimit)
            remaining = try skip(header)
        } catch {
            run.clear()
            throw corrupt(error, at: batchEnd, header.baseOffset)
        }
        baseOffset = header.baseOffset.value
        times = RecordTimes(header)
        deltas = OffsetDeltas(header)
        return true
    }

    /// Skips the records below the first offset that was asked for; answers how many are left.
    private mutating func skip(_ header: RecordBatchHeader) throws(BatchFailure) -> Int32 {
        guard header.baseOffset < firstOffset else { return header.recordCount }
        var left = header.recordCount
        do throws(MalformedRecord) {
            while left > 0, try run.skipRecord(below: firstOffset - header.baseOffset) { left -= 1 }
        } catch {
            throw .badRecord(number: Int(header.recordCount - left), position: run.position)
        }
        return left
    }

    @inline(never)
    private func malformedRecord() -> LogFailure {
        let number = batch.map { Int($0.recordCount - remaining) } ?? 0
        return corrupt(
            .badRecord(number: number, position: run.position), at: batchStart, batch?.baseOffset)
    }

    private func corrupt(_ failure: BatchFailure, at start: Int, _ offset: Offset?) -> LogFailure {
        .corrupt(source, at: firstPosition + start, offset: offset, failure)
    }
}
