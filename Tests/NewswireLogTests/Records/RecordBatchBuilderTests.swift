import NewswireLog
import NewswireTesting
import Testing

@Suite struct RecordBatchBuilderTests {
    @Test func `the header says what was appended`() throws {
        var builder = RecordBatchBuilder()
        for time: Int64 in [50, 20, 90, 30] {
            builder.append(
                key: nil, value: [1].rawSpan, timestamp: Timestamp(milliseconds: time))
        }
        let byteCount = builder.byteCount
        try builder.seal(SampleSeal(baseOffset: Offset(8), leaderEpoch: 2))
        let header = try RecordBatchValidator.verifyAppended(builder.encoded)
        #expect(header.byteCount == byteCount)
        #expect(header.recordCount == 4)
        #expect(
            (header.baseOffset, header.nextOffset, header.leaderEpoch) == (Offset(8), Offset(12), 2)
        )
        #expect(header.baseTimestamp == Timestamp(milliseconds: 50))
        #expect(header.maxTimestamp == Timestamp(milliseconds: 90))
        #expect((header.producer, header.attributes) == (nil, .plain))
        let kept = builder.header
        #expect(kept == header)
    }

    @Test func `a record without a timestamp has the batch's`() throws {
        var builder = RecordBatchBuilder()
        builder.defaultTimestamp = Timestamp(milliseconds: 77)
        builder.append(key: nil, value: [1])
        builder.append(key: nil, value: [2].rawSpan, timestamp: Timestamp(milliseconds: 5))
        try builder.seal(SampleSeal())
        let records = try readAll([UInt8](copying: builder.encoded))
        #expect(records.map(\.record.timestamp) == [77, 5])
    }

    @Test func `append time replaces the time of every record`() throws {
        let how = SampleSeal(logAppendTime: Timestamp(milliseconds: 4242))
        let records = try readAll(sampleBatch(sampleRecords(3), how))
        #expect(records.map(\.record.timestamp) == [4242, 4242, 4242])
    }

    @Test func `a producer is kept`() throws {
        let producer = ProducerIdentity(producerId: 9, epoch: 1, sequence: 1000)
        let batch = try sampleBatch(
            sampleRecords(3), SampleSeal(producer: producer, kind: .transactionalData))
        let header = try RecordBatchValidator.verify(batch.rawSpan)
        #expect(header.producer == producer)
        #expect(header.lastSequence == 1002)
        #expect((header.attributes.isTransactional, header.attributes.isControl) == (true, false))
    }

    @Test func `a record past the limit is refused, and smaller ones still fit`() throws {
        let small = try sampleBatch([SampleRecord(value: [1])]).count
        var builder = RecordBatchBuilder(byteLimit: small + 20)
        let answers = [
            builder.append(SampleRecord(value: [1])),
            builder.append(SampleRecord(value: [UInt8](repeating: 0, count: 14))),
            builder.append(SampleRecord(value: [UInt8](repeating: 0, count: 500))),
            builder.append(SampleRecord(value: [UInt8](repeating: 0, count: 13))),
        ]
        #expect(answers == [true, false, false, true])
        let (count, byteCount, refused) = (
            builder.recordCount, builder.byteCount, builder.refusedByteCount
        )
        #expect((count, byteCount, refused) == (2, small + 20, small + 21))
        try builder.seal(SampleSeal())
        let encodedByteCount = builder.encodedByteCount
        #expect(encodedByteCount == small + 20)
    }

    @Test func `a limit smaller than a header refuses everything`() {
        var builder = RecordBatchBuilder(byteLimit: 10)
        let isAccepted = builder.append(key: nil, value: [])
        let (count, refused) = (builder.recordCount, builder.refusedByteCount)
        #expect(isAccepted == false)
        #expect((count, refused) == (0, 68))
    }

    @Test func `a builder is used again and again`() throws {
        var builder = RecordBatchBuilder(byteCapacity: 100)
        for round in 1...20 {
            builder.reset()
            let records = sampleRecords(round, valueByteCount: round * 50)
            for record in records { _ = builder.append(record) }
            try builder.seal(SampleSeal(codec: round % 3 == 0 ? .gzip : .none))
            let read = try readAll([UInt8](copying: builder.encoded))
            #expect(read.map(\.record) == records, "round \(round)")
        }
    }

    @Test func `what does not become smaller stays uncompressed`() throws {
        var random = SeededRandom(seed: 3)
        let noise = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
        let batch = try sampleBatch([SampleRecord(value: noise)], SampleSeal(codec: .gzip))
        let header = try RecordBatchValidator.verify(batch.rawSpan)
        #expect(header.attributes.codec == CompressionCodec.none)
        #expect(try readAll(batch).map(\.record.value) == [noise])
    }

    @Test func `a level of gzip can change`() throws {
        var sizes: [Int] = []
        var builder = RecordBatchBuilder()
        for level in [1, 9, 1] {
            builder.reset()
            for record in sampleRecords(500) { _ = builder.append(record) }
            try builder.seal(SampleSeal(codec: .gzip, gzipLevel: level))
            sizes.append(builder.encodedByteCount)
        }
        #expect(sizes[0] == sizes[2])
        #expect(sizes[0] != sizes[1])
    }

    @Test func `codecs that cannot be written are refused, and the batch stays as it was`() throws {
        var builder = RecordBatchBuilder()
        builder.append(key: nil, value: [1])
        do {
            try builder.seal(SampleSeal(codec: .lz4))
            Issue.record("sealed with lz4")
        } catch {
            #expect(error == .unsupportedCodec(.lz4))
        }
        builder.append(key: nil, value: [2])
        try builder.seal(SampleSeal())
        #expect(try readAll([UInt8](copying: builder.encoded)).count == 2)
    }

    @Test func `an empty batch cannot be sealed`() {
        var builder = RecordBatchBuilder()
        do {
            try builder.seal(SampleSeal())
            Issue.record("sealed without records")
        } catch {
            #expect(error == .badCounts(recordCount: 0, lastOffsetDelta: -1))
        }
    }

    @Test func `appending to a sealed batch traps`() async {
        await #expect(processExitsWith: .failure) {
            var builder = RecordBatchBuilder()
            builder.append(key: nil, value: [1])
            try builder.seal(SampleSeal())
            builder.append(key: nil, value: [1].rawSpan)
        }
    }

    @Test func `changing the limit under records traps`() async {
        await #expect(processExitsWith: .failure) {
            var builder = RecordBatchBuilder()
            builder.append(key: nil, value: [1])
            builder.byteLimit = 5
        }
    }

    // The length of a record is guessed before its body is written, and may be off by one.
    @Test func `every size near a longer length is encoded right`() throws {
        for byteCount in Array(40...75) + Array(8150...8210) + [1 << 20 - 20, 1 << 20 + 20] {
            let value = [UInt8](repeating: 7, count: byteCount)
            let records = [
                SampleRecord(value: value), SampleRecord(value: value, timestamp: .min),
                SampleRecord(key: Array(value[..<20]), value: value),
            ]
            let many = (0..<70).map { _ in SampleRecord(value: []) } + records
            let read = try readAll(sampleBatch(many))
            #expect(read.map(\.record) == many, "\(byteCount) bytes")
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `random batches read back`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<60 {
            let records = (0..<Int.random(in: 1...80, using: &random)).map { _ in
                SampleRecord.random(using: &random)
            }
            let codec = [CompressionCodec.none, .gzip][step % 2]
            let batch = try sampleBatch(records, SampleSeal(codec: codec))
            _ = try RecordBatchValidator.verifyAppended(batch.rawSpan)
            try RecordBatchValidator.verifyRecords(batch.rawSpan)
            #expect(try readAll(batch).map(\.record) == records, "seed \(seed), step \(step)")
        }
    }
}
