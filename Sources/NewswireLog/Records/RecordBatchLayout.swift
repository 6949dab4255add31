/// Where the fields of a batch lie; the table is in <doc:RecordBatchFormat>.
package enum RecordBatchLayout {
    package static let baseOffset = 0..<8
    package static let batchLength = field(after: baseOffset, byteCount: 4)
    package static let leaderEpoch = field(after: batchLength, byteCount: 4)
    package static let magic = field(after: leaderEpoch, byteCount: 1)
    package static let crc = field(after: magic, byteCount: 4)
    package static let attributes = field(after: crc, byteCount: 2)
    package static let lastOffsetDelta = field(after: attributes, byteCount: 4)
    package static let baseTimestamp = field(after: lastOffsetDelta, byteCount: 8)
    package static let maxTimestamp = field(after: baseTimestamp, byteCount: 8)
    package static let producerId = field(after: maxTimestamp, byteCount: 8)
    package static let producerEpoch = field(after: producerId, byteCount: 2)
    package static let baseSequence = field(after: producerEpoch, byteCount: 4)
    package static let recordCount = field(after: baseSequence, byteCount: 4)

    /// How many bytes come before the records.
    package static let headerByteCount = recordCount.upperBound
    /// How many bytes the length field does not count: those up to its own end.
    package static let uncountedByteCount = batchLength.upperBound
    /// From here to the end of the batch reaches what the checksum covers.
    package static let checksummedStart = crc.upperBound

    /// The fields by name, in order.
    package static let fields: [(name: String, range: Range<Int>)] = [
        ("baseOffset", baseOffset), ("batchLength", batchLength), ("leaderEpoch", leaderEpoch),
        ("magic", magic), ("crc", crc), ("attributes", attributes),
        ("lastOffsetDelta", lastOffsetDelta), ("baseTimestamp", baseTimestamp),
        ("maxTimestamp", maxTimestamp), ("producerId", producerId),
        ("producerEpoch", producerEpoch), ("baseSequence", baseSequence),
        ("recordCount", recordCount),
    ]

    private static func field(after other: Range<Int>, byteCount: Int) -> Range<Int> {
        other.upperBound..<other.upperBound + byteCount
    }
}
