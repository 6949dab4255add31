/// What is wrong with the bytes of a record batch.
public enum BatchFailure: Error, Hashable, Sendable {
    /// The bytes end before the batch does.
    case truncated(byteCount: Int, needed: Int)
    /// The length field is smaller than a header or larger than a batch can be.
    case badLength(Int)
    /// Not a batch of version 2.
    case badMagic(Int)
    /// The bytes are not those that were checksummed.
    case badChecksum(stored: UInt32, computed: UInt32)
    /// Count and last offset delta do not fit together or to the records.
    case badCounts(recordCount: Int, lastOffsetDelta: Int)
    /// Offset, epoch or attributes carry a value that no batch can have.
    case badField(String, Int64)
    /// A record does not fit its batch.
    case badRecord(number: Int, position: Int)
    /// The batch is not the one that has to stand here.
    case badBaseOffset(Offset, expected: Offset)
    /// The records are compressed with a codec that this build cannot decode.
    case unsupportedCodec(CompressionCodec)
    /// The compressed bytes do not decompress.
    case badCompression(CompressionCodec, String)
}
