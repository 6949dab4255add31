import Foundation
import NewswireLog
import Testing

struct KafkaFixtureTests {
    private func batches(of file: FixtureFile) throws -> [(Int, RecordBatchHeader)] {
        let bytes = try file.bytes
        var found: [(Int, RecordBatchHeader)] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes.rawSpan.extracting(droppingFirst: position)
            let header = try RecordBatchValidator.verify(rest)
            found.append((position, header))
            position += header.byteCount
        }
        return found
    }

    private func records(of partition: String) throws -> [FixtureRecord] {
        var found: [FixtureRecord] = []
        for file in try KafkaFixture.files(of: partition, ".log") {
            let bytes = try file.bytes
            var reader = RecordReader(
                bytes.rawSpan, source: file.source, position: .start, from: .zero,
                options: RecordReaderOptions())
            while let header = try reader.nextBatch() {
                while let record = try reader.nextOfBatch() {
                    found.append(try FixtureRecord(record, header.attributes.timestampType))
                }
            }
        }
        return found
    }

    @Test(arguments: KafkaFixture.partitions)
    func `batches are what Kafka's own tool says`(of partition: String) throws {
        let files = try KafkaFixture.files(of: partition, ".log")
        try #require(!files.isEmpty)
        for file in files {
            let lines = try file.dump(linesFrom: "baseOffset:").map(BatchFacts.init)
            #expect(try batches(of: file).map(BatchFacts.init) == lines, "\(file.name)")
        }
    }

    @Test(
        arguments: [
            "codec-none-0", "codec-gzip-0", "append-time-0", "segments-0", "transactions-0",
            "compacted-0",
        ])
    func `records are what Kafka's consumer reads`(of partition: String) throws {
        let expected = try KafkaFixture.records(of: partition)
        try #require(!expected.isEmpty)
        #expect(try records(of: partition) == expected)
    }

    @Test func `a trimmed log still holds what came before in its batch`() throws {
        let found = try records(of: "trimmed-0")
        #expect(found.first?.offset == 18)
        #expect(found.filter { $0.offset >= 20 } == (try KafkaFixture.records(of: "trimmed-0")))
    }

    @Test(arguments: [CompressionCodec.snappy, .lz4, .zstd])
    func `a codec that is not built in is refused by its name`(_ codec: CompressionCodec) throws {
        let file = try #require(try KafkaFixture.files(of: "codec-\(codec.name)-0", ".log").first)
        let bytes = try file.bytes
        #expect(throws: BatchFailure.unsupportedCodec(codec)) {
            try RecordBatchValidator.verifyRecords(bytes.rawSpan)
        }
    }

    @Test(arguments: KafkaFixture.partitions)
    func `every bit that changes is noticed`(in partition: String) throws {
        let file = try #require(try KafkaFixture.files(of: partition, ".log").first)
        var bytes = try file.bytes
        let end = try RecordBatchHeader(bytes.rawSpan).byteCount
        // Offset and epoch lie before the checksum; the length then ends the batch elsewhere.
        for position in RecordBatchLayout.magic.lowerBound..<end {
            bytes[position] ^= 0x10
            #expect(throws: BatchFailure.self, "byte \(position)") {
                try RecordBatchValidator.verify(bytes.rawSpan)
            }
            bytes[position] ^= 0x10
        }
    }

    @Test(arguments: ["codec-none-0", "segments-0", "trimmed-0"])
    func `a batch is built byte for byte as Kafka builds it`(of partition: String) throws {
        let file = try #require(try KafkaFixture.files(of: partition, ".log").first)
        let bytes = try file.bytes
        for (position, header) in try batches(of: file) {
            let original = bytes.rawSpan.extracting(position..<position + header.byteCount)
            var batch = RecordBatchBuilder()
            try refill(&batch, from: original, header, file.source)
            let isSame = batch.encoded.hasSameBytes(as: original)
            #expect(isSame, "the batch at \(header.baseOffset)")
        }
    }

    /// Builds the batch anew from its records and what its header says of the whole.
    private func refill(
        _ batch: inout RecordBatchBuilder, from original: RawSpan, _ header: RecordBatchHeader,
        _ source: BatchSource
    ) throws {
        var reader = RecordReader(
            original, source: source, position: .start, from: .zero,
            options: RecordReaderOptions())
        while let record = try reader.next() {
            var headers = RecordHeaders()
            var block = record.headers
            while let header = try block.next() {
                headers.append(name: header.nameBytes, value: header.value)
            }
            batch.append(
                key: record.key, value: record.value, headers: headers,
                timestamp: record.timestamp)
        }
        try batch.seal(
            codec: .none, gzipLevel: -1, logAppendTime: nil, producer: header.producer, kind: .data)
        batch.stamp(baseOffset: header.baseOffset, leaderEpoch: header.leaderEpoch)
    }

    @Test(arguments: ["codec-none-0", "codec-gzip-0", "segments-0"])
    func `a log that Kafka wrote is opened and read`(of partition: String) throws {
        let log = try AdoptedLog(partition)
        var found: [FixtureRecord] = []
        var next = log.partition.offsets.logStartOffset
        while next < log.partition.offsets.highWatermark {
            let slice = try log.partition.read(from: next, maxBytes: 1000)
            var records = slice.records()
            while let record = try records.next() {
                found.append(try FixtureRecord(record, .createTime))
            }
            next = slice.nextOffset
        }
        #expect(found == (try KafkaFixture.records(of: partition)))
    }

    @Test(arguments: KafkaFixture.partitions)
    func `offset indexes are what Kafka's own tool says`(of partition: String) throws {
        for file in try KafkaFixture.files(of: partition, ".index") {
            let bytes = try file.bytes
            let slots = (0..<OffsetIndex.slotCount(of: bytes.rawSpan)).map { number in
                let slot = OffsetIndex.slot(number, of: bytes.rawSpan)
                return "\(file.baseOffset + slot.relativeOffset) \(slot.position)"
            }
            let lines = try file.dump(linesFrom: "offset:").map {
                "\($0["offset"]) \($0["position"])"
            }
            #expect(slots == lines, "\(file.name)")
        }
    }

    @Test(arguments: KafkaFixture.partitions)
    func `time indexes are what Kafka's own tool says`(of partition: String) throws {
        for file in try KafkaFixture.files(of: partition, ".timeindex") {
            let bytes = try file.bytes
            let slots = (0..<TimeIndex.slotCount(of: bytes.rawSpan)).map { number in
                let slot = TimeIndex.slot(number, of: bytes.rawSpan)
                return "\(slot.timestamp) \(file.baseOffset + slot.relativeOffset)"
            }
            let lines = try file.dump(linesFrom: "timestamp:").map {
                "\($0["timestamp"]) \($0["offset"])"
            }
            #expect(slots == lines, "\(file.name)")
        }
    }
}

/// What both a batch's header and Kafka's dump say of a batch.
private struct BatchFacts: Equatable, CustomStringConvertible {
    let facts: [String: String]

    init(_ line: DumpLine) {
        let names = [
            "baseOffset", "lastOffset", "count", "baseSequence", "lastSequence", "producerId",
            "producerEpoch", "partitionLeaderEpoch", "isTransactional", "isControl", "position",
            "size", "magic", "compresscodec", "crc",
        ]
        var facts = Dictionary(uniqueKeysWithValues: names.map { ($0, line[$0]) })
        facts["CreateTime"] = line["CreateTime"]
        facts["LogAppendTime"] = line["LogAppendTime"]
        facts["deleteHorizonMs"] = line["deleteHorizonMs"]
        self.facts = facts
    }

    init(_ position: Int, _ header: RecordBatchHeader) {
        let attributes = header.attributes
        let isStamped = attributes.timestampType == .logAppendTime
        let horizon = attributes.hasDeleteHorizon ? "[\(header.baseTimestamp)]" : ".empty"
        facts = [
            "baseOffset": "\(header.baseOffset)", "lastOffset": "\(header.lastOffset)",
            "count": "\(header.recordCount)", "baseSequence": "\(header.baseSequence)",
            "lastSequence": "\(header.lastSequence)", "producerId": "\(header.producerId)",
            "producerEpoch": "\(header.producerEpoch)",
            "partitionLeaderEpoch": "\(header.leaderEpoch)",
            "isTransactional": "\(attributes.isTransactional)",
            "isControl": "\(attributes.isControl)", "position": "\(position)",
            "size": "\(header.byteCount)", "magic": "\(header.magic)",
            "compresscodec": attributes.codec?.name ?? "", "crc": "\(header.crc)",
            "CreateTime": isStamped ? "" : "\(header.maxTimestamp)",
            "LogAppendTime": isStamped ? "\(header.maxTimestamp)" : "",
            "deleteHorizonMs": "OptionalLong\(horizon)",
        ]
    }

    var description: String {
        facts.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", ")
    }
}
