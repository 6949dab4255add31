/// How a ``RecordReader`` treats batches.
package struct RecordReaderOptions: Sendable {
    /// Whether each batch's checksum is compared before its first record is read.
    package var verifiesChecksums = true
    /// Whether the log's own records (transaction markers) are read like others.
    package var includesControlRecords = false
    /// What the records of one compressed batch may measure decompressed.
    package var byteLimit = RecordReaderOptions.defaultByteLimit

    /// Checksums are verified, control records left out.
    package init() {}

    /// 256 MiB.
    ///
    /// It is there so that a small hostile batch cannot take all memory. ``RecordBatchBuilder``
    /// leaves larger batches uncompressed: what is written can be read.
    package static let defaultByteLimit = 256 << 20
}
