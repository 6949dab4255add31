extension RecordRun {
    /// Runs over the records of the batch that `batch` begins with, all of which is there.
    ///
    /// More than `byteLimit` bytes are not decompressed.
    @_lifetime(copy batch)
    init(
        _ batch: RawSpan, _ header: RecordBatchHeader, byteLimit: Int,
        reusing inflated: InflatedRecords?
    ) throws(BatchFailure) {
        let records = batch.extracting(RecordBatchHeader.byteCount..<header.byteCount)
        // Nothing is stored as nothing, whatever the codec.
        guard let codec = records.byteCount == 0 ? .some(.none) : header.attributes.codec else {
            throw .badField("attributes", Int64(header.attributes.bits))
        }
        let counts = RecordCounts(
            recordCount: Int(header.recordCount), lastOffsetDelta: Int64(header.lastOffsetDelta))
        switch codec {
        case .none: self.init(records, counts, reusing: inflated)
        case .gzip:
            do throws(GzipFailure) {
                try self.init(gzip: records, byteLimit: byteLimit, counts, reusing: inflated)
            } catch {
                throw .badCompression(codec, error.reason)
            }
        case .snappy, .lz4, .zstd: throw .unsupportedCodec(codec)
        }
    }
}
