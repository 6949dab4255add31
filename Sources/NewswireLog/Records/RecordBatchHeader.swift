/// The first 61 bytes of a record batch, checked field by field.
@usableFromInline
package struct RecordBatchHeader: Hashable, Sendable {
    /// How many bytes a header has; a batch without records is nothing else.
    package static let byteCount = RecordBatchLayout.headerByteCount
    /// The only version that is read and written.
    package static let currentMagic: Int8 = 2
    /// The largest number of bytes that a batch can have.
    package static let batchByteCountMax = Int(Int32.max)

    /// The offset of the first record (before compaction took it away, perhaps).
    package var baseOffset = Offset.zero
    /// The size of the whole batch, this header included.
    package var byteCount = RecordBatchHeader.byteCount
    /// In which epoch a leader appended the batch; -1 before that.
    package var leaderEpoch: Int32 = -1
    package var magic = RecordBatchHeader.currentMagic
    /// CRC-32C of all bytes behind this field.
    package var crc: UInt32 = 0
    package var attributes = BatchAttributes.plain
    /// How many offsets after the first the last one is, even where compaction took records away.
    package var lastOffsetDelta: Int32 = 0
    /// What the records' timestamps are relative to; a delete horizon if the attributes say so.
    package var baseTimestamp = Timestamp.absent
    /// The largest timestamp; with log append time, that of every record.
    package var maxTimestamp = Timestamp.absent
    /// -1: none, even where a sequence stands (coordinators write that).
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = -1
    package var baseSequence: Int32 = -1
    package var recordCount: Int32 = 0

    /// A batch without records at offset 0.
    package init() {}

    /// Reads a header from the first bytes of a batch.
    ///
    /// Only the header has to be there, and only the header is looked at: the checksum, the records
    /// and their count are ``RecordBatchValidator``'s.
    package init(_ bytes: RawSpan) throws(BatchFailure) {
        typealias Layout = RecordBatchLayout
        guard bytes.byteCount >= Self.byteCount else {
            throw .truncated(byteCount: bytes.byteCount, needed: Self.byteCount)
        }
        magic = bytes.bigEndian(Int8.self, at: Layout.magic.lowerBound)
        guard magic == Self.currentMagic else { throw .badMagic(Int(magic)) }
        let length = Int(bytes.bigEndian(Int32.self, at: Layout.batchLength.lowerBound))
        // Cannot overflow: an Int32 and 12.
        byteCount = length + Layout.uncountedByteCount
        guard byteCount >= Self.byteCount, byteCount <= Self.batchByteCountMax else {
            throw .badLength(length)
        }
        baseOffset = Offset(bytes.bigEndian(Int64.self, at: Layout.baseOffset.lowerBound))
        leaderEpoch = bytes.bigEndian(Int32.self, at: Layout.leaderEpoch.lowerBound)
        crc = bytes.bigEndian(UInt32.self, at: Layout.crc.lowerBound)
        attributes = BatchAttributes(
            bits: bytes.bigEndian(Int16.self, at: Layout.attributes.lowerBound))
        lastOffsetDelta = bytes.bigEndian(Int32.self, at: Layout.lastOffsetDelta.lowerBound)
        baseTimestamp = Timestamp(
            milliseconds: bytes.bigEndian(Int64.self, at: Layout.baseTimestamp.lowerBound))
        maxTimestamp = Timestamp(
            milliseconds: bytes.bigEndian(Int64.self, at: Layout.maxTimestamp.lowerBound))
        producerId = bytes.bigEndian(Int64.self, at: Layout.producerId.lowerBound)
        producerEpoch = bytes.bigEndian(Int16.self, at: Layout.producerEpoch.lowerBound)
        baseSequence = bytes.bigEndian(Int32.self, at: Layout.baseSequence.lowerBound)
        recordCount = bytes.bigEndian(Int32.self, at: Layout.recordCount.lowerBound)
        try checkRanges()
    }

    /// The offset of the last record (before compaction, as above).
    package var lastOffset: Offset { baseOffset + Int64(lastOffsetDelta) }

    /// The offset after the last one.
    package var nextOffset: Offset { lastOffset + 1 }

    /// Who produced the batch; nil when no producer said who it is.
    package var producer: ProducerIdentity? {
        guard producerId >= 0 else { return nil }
        return ProducerIdentity(
            producerId: producerId, epoch: producerEpoch, sequence: baseSequence)
    }

    /// The sequence of the last record; wraps after 2^31 - 1.
    package var lastSequence: Int32 {
        guard baseSequence >= 0 else { return baseSequence }
        return ProducerIdentity.sequence(baseSequence, plus: lastOffsetDelta)
    }

    /// Writes the header to the first bytes of `target`, ``crc`` as it stands.
    package func write(to target: inout MutableRawSpan) {
        typealias Layout = RecordBatchLayout
        Self.stamp(baseOffset: baseOffset, leaderEpoch: leaderEpoch, on: &target)
        let length = Int32(byteCount - Layout.uncountedByteCount)
        target.store(bigEndian: length, at: Layout.batchLength.lowerBound)
        target.store(bigEndian: magic, at: Layout.magic.lowerBound)
        target.store(bigEndian: crc, at: Layout.crc.lowerBound)
        target.store(bigEndian: attributes.bits, at: Layout.attributes.lowerBound)
        target.store(bigEndian: lastOffsetDelta, at: Layout.lastOffsetDelta.lowerBound)
        target.store(
            bigEndian: baseTimestamp.milliseconds, at: Layout.baseTimestamp.lowerBound)
        target.store(bigEndian: maxTimestamp.milliseconds, at: Layout.maxTimestamp.lowerBound)
        target.store(bigEndian: producerId, at: Layout.producerId.lowerBound)
        target.store(bigEndian: producerEpoch, at: Layout.producerEpoch.lowerBound)
        target.store(bigEndian: baseSequence, at: Layout.baseSequence.lowerBound)
        target.store(bigEndian: recordCount, at: Layout.recordCount.lowerBound)
    }

    /// Writes what the log assigns to an encoded batch: both fields lie outside the checksum.
    package static func stamp(
        baseOffset: Offset, leaderEpoch: Int32, on target: inout MutableRawSpan
    ) {
        target.store(bigEndian: baseOffset.value, at: RecordBatchLayout.baseOffset.lowerBound)
        target.store(bigEndian: leaderEpoch, at: RecordBatchLayout.leaderEpoch.lowerBound)
    }

    private func checkRanges() throws(BatchFailure) {
        // Room for the last delta, so that no later sum of offsets overflows.
        guard (0...Int64.max - Int64(UInt32.max)).contains(baseOffset.value) else {
            throw .badField("baseOffset", baseOffset.value)
        }
        guard leaderEpoch >= -1 else { throw .badField("leaderEpoch", Int64(leaderEpoch)) }
        guard lastOffsetDelta >= 0 else {
            throw .badField("lastOffsetDelta", Int64(lastOffsetDelta))
        }
        guard producerId >= -1 else { throw .badField("producerId", producerId) }
        guard producerEpoch >= -1 else { throw .badField("producerEpoch", Int64(producerEpoch)) }
        guard baseSequence >= -1 else { throw .badField("baseSequence", Int64(baseSequence)) }
        guard recordCount >= 0 else { throw .badField("recordCount", Int64(recordCount)) }
    }
}
