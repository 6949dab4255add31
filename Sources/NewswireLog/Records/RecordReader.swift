/// The records of a run of batches, front to back: `while let record = try records.next() { … }`.
///
/// Each record is borrowed until the next call. Checksums are verified batch by batch, unless that
/// was asked not to; whatever the bytes are, a failure is thrown, and thrown again by the next
/// call.
public struct RecordReader: ~Copyable, ~Escapable {
    @usableFromInline let batches: BatchSequence
    @usableFromInline var current: OpenBatch

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
        batches = BatchSequence(bytes, source, position, from: from, options)
        current = OpenBatch(before: bytes)
    }

    /// The header of the batch that the last record came from; read again at each call.
    package var batch: RecordBatchHeader? { batches.header(at: current.place) }

    /// Where in the file that batch begins.
    package var batchPosition: FilePosition { batches.position + current.place.start }

    /// The next record; nil after the last one.
    /// - Throws: ``LogFailure/corrupt(_:at:offset:_:)`` with the place of the batch.
    @inlinable
    @inline(always)  // In the caller's loop the state of the reader can stay in registers.
    @_lifetime(&self)
    public mutating func next() throws(LogFailure) -> RecordView? {
        while current.run.isNearEnd {
            if !current.run.isAtEnd { return try readRecordNearEnd() }
            guard try openNextBatch() else { return nil }
        }
        return try readRecord()
    }

    /// Goes on to the next batch, whether all records of this one were read or not; nil at the end.
    ///
    /// With control records included, batches without records are among the answers.
    package mutating func nextBatch() throws(LogFailure) -> RecordBatchHeader? {
        current.run.skipToEnd()
        return try openNextBatch() ? batch : nil
    }

    /// The next record of the current batch; nil after its last one.
    @_lifetime(&self)
    package mutating func nextOfBatch() throws(LogFailure) -> RecordView? {
        if current.run.isAtEnd { return nil }
        if current.run.isNearEnd { return try readRecordNearEnd() }
        return try readRecord()
    }

    // In line although it is rare: `batches` takes and returns values, so that the state of the
    // loop around `next` can stay in registers; a call with `self` would keep it in memory.
    @inlinable
    @inline(always)
    mutating func openNextBatch() throws(LogFailure) -> Bool {
        guard current.run.remainingRecordCount == 0 else {
            throw batches.wrongRecordCount(in: current.place)
        }
        let memory = current.run.takeMemory()
        guard let following = try batches.openBatch(after: current.place, reusing: memory) else {
            return false
        }
        current = following
        return true
    }

    @inlinable
    @inline(always)  // As above.
    @_lifetime(&self)
    mutating func readRecordNearEnd() throws(LogFailure) -> RecordView {
        do throws(MalformedRecord) {
            return try current.readRecordNearEnd()
        } catch {
            throw batches.malformedRecord(
                in: current.place, remaining: current.run.remainingRecordCount,
                position: current.run.position)
        }
    }

    @inlinable
    @inline(always)  // The hot path.
    @_lifetime(&self)
    mutating func readRecord() throws(LogFailure) -> RecordView {
        do throws(MalformedRecord) {
            return try current.readRecord()
        } catch {
            throw batches.malformedRecord(
                in: current.place, remaining: current.run.remainingRecordCount,
                position: current.run.position)
        }
    }
}
