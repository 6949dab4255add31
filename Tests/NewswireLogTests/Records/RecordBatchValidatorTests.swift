import NewswireLog
import Testing

@Suite struct RecordBatchValidatorTests {
    @Test(arguments: [CompressionCodec.none, .gzip])
    func `a batch that was built is valid`(codec: CompressionCodec) throws {
        let batch = try sampleBatch(sampleRecords(50), SampleSeal(codec: codec))
        let header = try RecordBatchValidator.verifyAppended(batch.rawSpan)
        #expect((header.byteCount, header.recordCount) == (batch.count, 50))
        #expect(header.attributes.codec == codec)
        try RecordBatchValidator.verifyRecords(batch.rawSpan)
    }

    @Test func `bytes behind the batch are not looked at`() throws {
        let batch = try sampleBatch(sampleRecords(5))
        let header = try RecordBatchValidator.verify((batch + [1, 2, 3]).rawSpan)
        #expect(header.byteCount == batch.count)
    }

    @Test func `every changed byte behind the magic is noticed`() throws {
        let batch = try sampleBatch(sampleRecords(2, valueByteCount: 10))
        for position in RecordBatchLayout.magic.lowerBound..<batch.count {
            var changed = batch
            changed[position] ^= 0x10
            #expect(throws: BatchFailure.self, "byte \(position)") { try verify(changed) }
        }
    }

    @Test func `every cut is noticed`() throws {
        let batch = try sampleBatch(sampleRecords(2, valueByteCount: 10))
        for count in 0..<batch.count {
            let needed = count < 61 ? 61 : batch.count
            #expect(throws: BatchFailure.truncated(byteCount: count, needed: needed)) {
                try verify(Array(batch[..<count]))
            }
        }
    }

    @Test(
        arguments: [
            // Record count, last offset delta, and whether it may be in any log, in one never
            // compacted.
            (2, 1, true, true), (2, 5, true, false), (1, 1, true, false), (3, 1, false, false),
            (0, 1, false, false),
        ] as [(Int32, Int32, Bool, Bool)])
    func `counts have to fit`(count: Int32, last: Int32, isValid: Bool, isDense: Bool) throws {
        let records = try sampleBatch(sampleRecords(2))[61...]
        let batch = rawBatch(
            recordBytes: Array(records), recordCount: count, lastOffsetDelta: last)
        let failure = BatchFailure.badCounts(recordCount: Int(count), lastOffsetDelta: Int(last))
        #expect(self.failure { try verify(batch) } == (isValid ? nil : failure))
        #expect(self.failure { try verifyAppended(batch) } == (isDense ? nil : failure))
    }

    @Test func `a compacted batch may be its header only`() throws {
        let batch = rawBatch(recordBytes: [], recordCount: 0, lastOffsetDelta: 4)
        #expect(batch.count == 61)
        #expect(try verify(batch).nextOffset == Offset(5))
        try RecordBatchValidator.verifyRecords(batch.rawSpan)
        #expect(throws: BatchFailure.badCounts(recordCount: 0, lastOffsetDelta: 4)) {
            try verifyAppended(batch)
        }
    }

    // The fuzzer's find: the deep check took an empty batch of codec 5, and the reader refused it.
    @Test(arguments: [1, 4, 5, 7] as [Int16])
    func `an empty batch has no codec`(bits: Int16) throws {
        let attributes = BatchAttributes(bits: bits)
        let batch = rawBatch(
            recordBytes: [], recordCount: 0, lastOffsetDelta: 4, attributes: attributes)
        try RecordBatchValidator.verifyRecords(batch.rawSpan)
        #expect(try readAll(batch).isEmpty)
    }

    @Test func `more records than bytes can hold are refused before they are looked for`() {
        let batch = rawBatch(
            recordBytes: [UInt8](repeating: 0, count: 20), recordCount: 3, lastOffsetDelta: 2)
        #expect(throws: BatchFailure.badCounts(recordCount: 3, lastOffsetDelta: 2)) {
            try verify(batch)
        }
    }

    @Test(
        arguments: [
            ("an offset delta that repeats", [record(offset: 1), record(offset: 1)]),
            ("an offset delta that falls", [record(offset: 1), record(offset: 0)]),
            ("an offset delta past the last", [record(offset: 0), record(offset: 4)]),
            ("a negative offset delta", [record(offset: -1), record(offset: 0)]),
            ("a key longer than the record", [record(offset: 0, keyLength: 9), record(offset: 1)]),
            ("a key length of -2", [record(offset: 0, keyLength: -2), record(offset: 1)]),
            ("a value length of -2", [record(offset: 0, valueLength: -2), record(offset: 1)]),
            (
                "a value without a header count",
                [record(offset: 0, headers: []), record(offset: 1)]
            ),
            ("a header that is cut", [record(offset: 0, headers: [2, 4, 1]), record(offset: 1)]),
            ("a header count of -1", [record(offset: 0, headers: [1]), record(offset: 1)]),
            (
                "a header name that is null",
                [record(offset: 0, headers: [2, 1, 1]), record(offset: 1)]
            ),
            ("bytes behind the headers", [record(offset: 0, headers: [0, 0]), record(offset: 1)]),
            ("a third record", [record(offset: 0), record(offset: 1), record(offset: 2)]),
            ("one record only", [record(offset: 0) + [0, 0, 0, 0, 0, 0, 0]]),
        ] as [(String, [[UInt8]])])
    func `the deep check finds`(what: String, records: [[UInt8]]) throws {
        let bytes = Array(records.joined())
        let batch = rawBatch(recordBytes: bytes, recordCount: 2, lastOffsetDelta: 3)
        _ = try verify(batch)
        #expect(throws: BatchFailure.self, "\(what)") { try verifyRecords(batch) }
        // The same far from the end of the batch, where the reader takes its fast path.
        var padded = bytes
        for number in 3..<13 { padded += record(offset: Int64(number), valueLength: 0) }
        let long = rawBatch(recordBytes: padded, recordCount: 12, lastOffsetDelta: 12)
        #expect(throws: BatchFailure.self, "\(what), not at the end") { try verifyRecords(long) }
    }

    @Test func `fewer records than offsets are fine`() throws {
        let bytes = record(offset: 2) + record(offset: 70)
        let batch = rawBatch(recordBytes: bytes, recordCount: 2, lastOffsetDelta: 100)
        try verifyRecords(batch)
        #expect(try readAll(batch).map(\.offset) == [2, 70])
    }

    @Test(arguments: [CompressionCodec.snappy, .lz4, .zstd])
    func `codecs that are only known by name are refused by name`(codec: CompressionCodec) throws {
        var attributes = BatchAttributes.plain
        attributes.codec = codec
        let batch = rawBatch(
            recordBytes: [1, 2, 3], recordCount: 1, lastOffsetDelta: 0, attributes: attributes)
        _ = try verify(batch)
        #expect(throws: BatchFailure.unsupportedCodec(codec)) { try verifyRecords(batch) }
    }

    @Test func `compressed bytes that are none are refused`() throws {
        var attributes = BatchAttributes.plain
        attributes.codec = .gzip
        let batch = rawBatch(
            recordBytes: [1, 2, 3, 4], recordCount: 1, lastOffsetDelta: 0, attributes: attributes)
        #expect(throws: BatchFailure.badCompression(.gzip, "incorrect header check")) {
            try verifyRecords(batch)
        }
        attributes = BatchAttributes(bits: 5)
        let unknown = rawBatch(
            recordBytes: [1], recordCount: 1, lastOffsetDelta: 0, attributes: attributes)
        #expect(throws: BatchFailure.badField("attributes", 5)) { try verifyRecords(unknown) }
    }

    private func verify(_ batch: [UInt8]) throws(BatchFailure) -> RecordBatchHeader {
        try RecordBatchValidator.verify(batch.rawSpan)
    }

    private func verifyAppended(_ batch: [UInt8]) throws(BatchFailure) -> RecordBatchHeader {
        try RecordBatchValidator.verifyAppended(batch.rawSpan)
    }

    private func verifyRecords(_ batch: [UInt8]) throws(BatchFailure) {
        try RecordBatchValidator.verifyRecords(batch.rawSpan)
    }

    private func failure(_ body: () throws -> RecordBatchHeader) -> BatchFailure? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? BatchFailure
        }
    }
}

/// A record of a two-byte key and a three-byte value, lengths and headers as asked.
private func record(
    offset: Int64, keyLength: Int64 = 2, valueLength: Int64 = 3, headers: [UInt8] = [0]
) -> [UInt8] {
    var body: [UInt8] = [0, 0]
    body.append(varint: offset)
    body.append(varint: keyLength)
    body += [1, 2]
    body.append(varint: valueLength)
    body += [UInt8](repeating: 9, count: valueLength == 0 ? 0 : 3) + headers
    var bytes: [UInt8] = []
    bytes.append(varint: Int64(body.count))
    return bytes + body
}
