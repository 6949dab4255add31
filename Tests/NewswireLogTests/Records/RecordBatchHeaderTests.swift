import NewswireLog
import Testing

@Suite struct RecordBatchHeaderTests {
    @Test func `a header reads back what was written`() throws {
        var header = RecordBatchHeader()
        header.baseOffset = Offset(1 << 40)
        header.byteCount = 1234
        header.leaderEpoch = 7
        header.crc = 0xdead_beef
        header.attributes = BatchAttributes(bits: 0x7f80)
        header.attributes.isTransactional = true
        header.lastOffsetDelta = 99
        header.baseTimestamp = Timestamp(milliseconds: 1_700_000_000_000)
        header.maxTimestamp = Timestamp(milliseconds: 1_700_000_000_123)
        header.producerId = 77
        header.producerEpoch = 3
        header.baseSequence = Int32.max - 50
        header.recordCount = 100
        #expect(try read(encoded(header)) == header)
        #expect(
            (header.lastOffset, header.nextOffset) == (Offset(1 << 40) + 99, Offset(1 << 40) + 100))
        #expect(header.lastSequence == 48)  // 2^31 - 1 is followed by 0.
        let producer = ProducerIdentity(producerId: 77, epoch: 3, sequence: Int32.max - 50)
        #expect(header.producer == producer)
    }

    @Test func `a header that is cut is truncated`() {
        let bytes = encoded(RecordBatchHeader())
        for count in 0..<61 {
            #expect(throws: BatchFailure.truncated(byteCount: count, needed: 61)) {
                try read(Array(bytes[..<count]))
            }
        }
    }

    @Test(
        arguments: [
            (RecordBatchLayout.magic, 1, BatchFailure.badMagic(1)),
            (RecordBatchLayout.magic, -2, .badMagic(-2)),
            (RecordBatchLayout.batchLength, 48, .badLength(48)),
            (RecordBatchLayout.batchLength, -1, .badLength(-1)),
            (RecordBatchLayout.batchLength, Int64(Int32.max), .badLength(Int(Int32.max))),
            (RecordBatchLayout.baseOffset, -1, .badField("baseOffset", -1)),
            (RecordBatchLayout.baseOffset, .max, .badField("baseOffset", .max)),
            (RecordBatchLayout.leaderEpoch, -2, .badField("leaderEpoch", -2)),
            (RecordBatchLayout.lastOffsetDelta, -1, .badField("lastOffsetDelta", -1)),
            (RecordBatchLayout.producerId, -2, .badField("producerId", -2)),
            (RecordBatchLayout.producerEpoch, -2, .badField("producerEpoch", -2)),
            (RecordBatchLayout.baseSequence, -2, .badField("baseSequence", -2)),
            (RecordBatchLayout.recordCount, -1, .badField("recordCount", -1)),
        ] as [(Range<Int>, Int64, BatchFailure)])
    func `a field that no batch can have is refused`(
        field: Range<Int>, value: Int64, failure: BatchFailure
    ) {
        var bytes = encoded(RecordBatchHeader())
        var big: [UInt8] = []
        big.append(bigEndian: value)
        bytes.replaceSubrange(field, with: big.suffix(field.count))
        #expect(throws: failure) { try read(bytes) }
    }

    @Test func `a coordinator's batch has a sequence and no producer`() throws {
        var header = RecordBatchHeader()
        header.baseSequence = 0
        let read = try read(encoded(header))
        #expect(read.producer == nil)
        #expect(read.baseSequence == 0)
    }

    @Test func `what the log stamps is outside the checksum`() throws {
        let batch = try sampleBatch(sampleRecords(3))
        var buffer = PageBuffer(byteCapacity: batch.count)
        var target = buffer.mutableBytes
        target.store(batch.rawSpan, at: 0)
        RecordBatchHeader.stamp(baseOffset: Offset(123), leaderEpoch: 9, on: &target)
        let header = try RecordBatchValidator.verify(buffer.bytes)
        #expect((header.baseOffset, header.leaderEpoch) == (Offset(123), 9))
    }

    @Test func `attributes keep the bits that they do not know`() {
        var attributes = BatchAttributes(bits: -128)
        attributes.codec = .zstd
        attributes.timestampType = .logAppendTime
        attributes.isControl = true
        attributes.hasDeleteHorizon = true
        #expect(attributes.bits == -128 | 0x4 | 0x8 | 0x20 | 0x40)
        attributes.timestampType = .createTime
        attributes.codec = CompressionCodec.none
        #expect(attributes.bits == -128 | 0x20 | 0x40)
        #expect((attributes.isTransactional, attributes.isControl) == (false, true))
    }

    @Test func `codecs 5 to 7 are none that exist`() {
        let codecs = (0...7).map { BatchAttributes(bits: $0).codec }
        #expect(codecs == [CompressionCodec.none, .gzip, .snappy, .lz4, .zstd, nil, nil, nil])
    }

    @Test func `sequences wrap from 2^31 - 1 to 0`() {
        #expect(ProducerIdentity.sequence(.max, plus: 1) == 0)
        #expect(ProducerIdentity.sequence(.max - 1, plus: 1) == .max)
        #expect(ProducerIdentity.sequence(.max, plus: .max) == Int32.max - 1)
    }

    private func read(_ bytes: [UInt8]) throws(BatchFailure) -> RecordBatchHeader {
        try RecordBatchHeader(bytes.rawSpan)
    }
}
