/// Whole batches one after the other, and what of them is wanted; it opens them.
@usableFromInline
struct BatchSequence: ~Escapable {
    let bytes: RawSpan
    let source: BatchSource
    /// Where in the file `bytes` begin.
    let position: FilePosition
    /// Records and batches below it are left out.
    let firstOffset: Offset
    let options: RecordReaderOptions

    @_lifetime(copy bytes)
    init(
        _ bytes: RawSpan, _ source: BatchSource, _ position: FilePosition, from: Offset,
        _ options: RecordReaderOptions
    ) {
        self.bytes = bytes
        self.source = source
        self.position = position
        firstOffset = from
        self.options = options
    }

    /// Opens the first wanted batch behind `place`.
    ///
    /// `memory` is what the batch before it left over.
    @usableFromInline
    @inline(never)
    @_lifetime(copy self)
    func openBatch(
        after place: BatchPlace, reusing memory: InflatedRecords?
    ) throws(LogFailure) -> OpenBatch? {
        var start = place.end
        // Its offsets may not come again.
        var lowest = place.nextOffset
        while start < bytes.byteCount {
            let header = try readHeader(at: start, lowest)
            if header.nextOffset > firstOffset, try isWanted(header, at: start) {
                return try open(header, at: start, reusing: memory)
            }
            start += header.byteCount
            lowest = header.nextOffset
        }
        return nil
    }

    /// Says that a record of the batch at `place`, with `remaining` to come, is not one.
    @usableFromInline
    @inline(never)
    func malformedRecord(in place: BatchPlace, remaining: Int, position: Int) -> LogFailure {
        let number = Int(place.recordCount) - remaining
        let failure = BatchFailure.badRecord(number: number, position: position)
        return corrupt(failure, at: place.start, place.baseOffset)
    }

    /// Says that the batch at `place` has more or fewer records than its header says.
    @usableFromInline
    @inline(never)
    func wrongRecordCount(in place: BatchPlace) -> LogFailure {
        let failure = BatchFailure.badCounts(
            recordCount: Int(place.recordCount), lastOffsetDelta: Int(place.lastOffsetDelta))
        return corrupt(failure, at: place.start, place.baseOffset)
    }

    /// The header of the batch at `place`; nil before the first one.
    func header(at place: BatchPlace) -> RecordBatchHeader? {
        guard place.end > place.start else { return nil }
        do throws(BatchFailure) {
            return try RecordBatchHeader(bytes.extracting(droppingFirst: place.start))
        } catch {
            preconditionFailure("the header of an open batch changed: \(error)")
        }
    }

    private func readHeader(
        at start: Int, _ lowest: Offset
    ) throws(LogFailure) -> RecordBatchHeader {
        let rest = bytes.extracting(droppingFirst: start)
        do throws(BatchFailure) {
            let header = try RecordBatchHeader(rest)
            guard header.byteCount <= rest.byteCount else {
                throw .truncated(byteCount: rest.byteCount, needed: header.byteCount)
            }
            guard header.baseOffset >= lowest else {
                throw .badBaseOffset(header.baseOffset, expected: lowest)
            }
            return header
        } catch {
            throw corrupt(error, at: start, nil)
        }
    }

    /// Whether the records of a batch are wanted; it is verified in any case.
    private func isWanted(_ header: RecordBatchHeader, at start: Int) throws(LogFailure) -> Bool {
        do throws(BatchFailure) {
            if options.verifiesChecksums {
                let rest = bytes.extracting(droppingFirst: start)
                try RecordBatchValidator.verifyChecksum(of: rest, header)
            }
            try RecordBatchValidator.verifyCounts(header)
        } catch {
            throw corrupt(error, at: start, header.baseOffset)
        }
        return options.includesControlRecords || !header.attributes.isControl
    }

    @_lifetime(copy self)
    private func open(
        _ header: RecordBatchHeader, at start: Int, reusing memory: InflatedRecords?
    ) throws(LogFailure) -> OpenBatch {
        let rest = bytes.extracting(droppingFirst: start)
        do throws(BatchFailure) {
            var run = try RecordRun(rest, header, byteLimit: options.byteLimit, reusing: memory)
            try skipRecords(of: &run, header)
            return OpenBatch(header, start: start, run)
        } catch {
            throw corrupt(error, at: start, header.baseOffset)
        }
    }

    private func skipRecords(
        of run: inout RecordRun, _ header: RecordBatchHeader
    ) throws(BatchFailure) {
        guard header.baseOffset < firstOffset else { return }
        do throws(MalformedRecord) {
            try run.skipRecords(below: firstOffset - header.baseOffset)
        } catch {
            let number = Int(header.recordCount) - run.remainingRecordCount
            throw .badRecord(number: number, position: run.position)
        }
    }

    private func corrupt(_ failure: BatchFailure, at start: Int, _ offset: Offset?) -> LogFailure {
        .corrupt(source, at: position + start, offset: offset, failure)
    }
}
