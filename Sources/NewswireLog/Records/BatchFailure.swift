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
    /// A header of a record does not fit the record; the position counts from the record's headers.
    case badHeader(number: Int, position: Int)
    /// The batch is not the one that has to stand here.
    case badBaseOffset(Offset, expected: Offset)
    /// The records are compressed with a codec that this build cannot decode.
    case unsupportedCodec(CompressionCodec)
    /// The compressed bytes do not decompress.
    case badCompression(CompressionCodec, String)
}

extension BatchFailure: CustomStringConvertible {
    /// One sentence: what was found, and what should be there.
    public var description: String {
        switch self {
        case .truncated(let byteCount, let needed):
            "the batch needs \(needed) bytes and \(byteCount) are there"
        case .badLength(let length): "no batch can have the length \(length)"
        case .badMagic(let magic): "the version of the batch is \(magic), not 2"
        case .badChecksum(let stored, let computed):
            "the checksum says \(hexadecimal(stored)), the bytes say \(hexadecimal(computed))"
        case .badCounts(let recordCount, let lastOffsetDelta):
            "\(recordCount) records don't fit a last offset delta of \(lastOffsetDelta)"
        case .badField(let name, let value): "no batch can have \(value) as \(name)"
        case .badRecord(let number, let position):
            "record \(number), at byte \(position) of the records, does not fit its batch"
        case .badHeader(let number, let position):
            "header \(number), at byte \(position) of the headers, does not fit its record"
        case .badBaseOffset(let offset, let expected):
            "the batch begins at offset \(offset), not \(expected)"
        case .unsupportedCodec(let codec): "records compressed with \(codec.name) cannot be read"
        case .badCompression(let codec, let reason):
            "the \(codec.name) data does not decompress: \(reason)"
        }
    }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
