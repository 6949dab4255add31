extension RecordRun {
    /// Begins with the records of the batch that `batch` begins with, all of which is there.
    /// - Parameter byteLimit: what compressed records may measure decompressed.
    @_lifetime(self: copy self, copy batch)
    mutating func load(
        _ batch: RawSpan, _ header: RecordBatchHeader, byteLimit: Int
    ) throws(BatchFailure) {
        let records = batch.extracting(RecordBatchHeader.byteCount..<header.byteCount)
        guard let codec = header.attributes.codec else {
            throw .badField("attributes", Int64(header.attributes.bits))
        }
        // Nothing is stored as nothing, whatever the codec.
        switch records.byteCount == 0 ? .none : codec {
        case .none: load(records)
        case .gzip:
            do throws(GzipFailure) {
                try load(gzip: records, byteLimit: byteLimit)
            } catch {
                throw .badCompression(codec, error.reason)
            }
        case .snappy, .lz4, .zstd: throw .unsupportedCodec(codec)
        }
    }
}
