/// Decides whether bytes are a record batch.
///
/// Two counts rules exist, because compaction takes records away and keeps the offsets of the rest:
/// ``verify(_:)`` accepts whatever a log may hold, ``verifyAppended(_:)`` what nobody compacted.
package enum RecordBatchValidator {
    /// Checks shape, checksum and counts of the batch that `batch` begins with; more may follow it.
    ///
    /// There may be fewer records than offsets, even none (then the batch is its header).
    /// - Returns: the header, whose ``RecordBatchHeader/byteCount`` says where the batch ends.
    /// - Complexity: one pass over the bytes for the checksum; records are not looked at.
    package static func verify(_ batch: RawSpan) throws(BatchFailure) -> RecordBatchHeader {
        let header = try RecordBatchHeader(batch)
        guard header.byteCount <= batch.byteCount else {
            throw .truncated(byteCount: batch.byteCount, needed: header.byteCount)
        }
        try verifyChecksum(of: batch, header)
        try verifyCounts(header)
        return header
    }

    /// As ``verify(_:)``, for a batch that was never compacted: one record per offset, at least
    /// one.
    package static func verifyAppended(_ batch: RawSpan) throws(BatchFailure) -> RecordBatchHeader {
        let header = try verify(batch)
        let isDense = Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1
        guard isDense || Mutant.countsUnchecked.isOn else {
            throw .badCounts(header)
        }
        return header
    }

    /// Compares the checksum of the batch that `batch` begins with, all of which has to be there.
    package static func verifyChecksum(
        of batch: RawSpan, _ header: RecordBatchHeader
    ) throws(BatchFailure) {
        let covered = RecordBatchLayout.checksummedStart..<header.byteCount
        let computed = CRC32C.checksum(of: batch.extracting(covered))
        guard computed == header.crc || Mutant.checksumUnchecked.isOn else {
            throw .badChecksum(stored: header.crc, computed: computed)
        }
    }

    /// Checks every record and header of the batch that `batch` begins with, which was verified.
    ///
    /// Offset deltas rise and stay within the last one, the records fill the batch exactly, and
    /// there are as many as the header says. More than `byteLimit` bytes are not decompressed.
    package static func verifyRecords(
        _ batch: RawSpan, byteLimit: Int = RecordReaderOptions.defaultByteLimit
    ) throws(BatchFailure) {
        let header = try RecordBatchHeader(batch)
        guard header.byteCount <= batch.byteCount else {
            throw .truncated(byteCount: batch.byteCount, needed: header.byteCount)
        }
        try verifyCounts(header)
        guard header.recordCount > 0 else { return }
        var run = try RecordRun(batch, header, byteLimit: byteLimit, reusing: nil)
        while !run.isAtEnd {
            let failure = BatchFailure.badRecord(
                number: Int(header.recordCount) - run.remainingRecordCount, position: run.position)
            do throws(MalformedRecord) {
                try verifyHeaders(of: try run.readRecordNearEnd())
            } catch {
                throw failure
            }
        }
        guard run.remainingRecordCount == 0 else { throw .badCounts(header) }
    }

    private static func verifyHeaders(of record: RecordBytes) throws(MalformedRecord) {
        var headers = HeaderReader(record.headerBytes)
        do throws(BatchFailure) {
            while try headers.next() != nil {}
        } catch {
            throw MalformedRecord()
        }
    }

    /// Whether the counts are possible at all; cheap, and no promise about the records.
    package static func verifyCounts(_ header: RecordBatchHeader) throws(BatchFailure) {
        let recordCount = Int(header.recordCount)
        let recordsByteCount = header.byteCount - RecordBatchHeader.byteCount
        // No record, no bytes; a plain one takes seven at least.
        let isPlausible =
            if recordsByteCount == 0 || recordCount == 0 {
                recordsByteCount == 0 && recordCount == 0
            } else {
                header.attributes.codec != CompressionCodec.none
                    || recordCount <= recordsByteCount / 7
            }
        guard isPlausible, recordCount <= Int(header.lastOffsetDelta) + 1 else {
            throw .badCounts(header)
        }
    }
}

extension BatchFailure {
    /// The counts of `header` don't fit together, or not to its records.
    static func badCounts(_ header: RecordBatchHeader) -> BatchFailure {
        .badCounts(
            recordCount: Int(header.recordCount), lastOffsetDelta: Int(header.lastOffsetDelta))
    }
}
