import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// A running broker's files read by us, and ours served by a broker.
@Suite(.enabled(if: KafkaTool.isThere, "no Kafka"), .serialized)
struct KafkaBrokerTests {
    private let temporary: TemporaryDirectory
    private let broker: KafkaBroker

    init() throws {
        temporary = try TemporaryDirectory()
        broker = try KafkaBroker(in: temporary.path("broker"))
    }

    private static let typed = [
        "h:1,other:x\tkey\tvalue ü 世界", "NULL\tNULL\tno key", "NULL\tno value\tNULL",
        "a:,a:2\t\t", "NULL\tlast\t\(String(repeating: "long ", count: 3000))",
    ]

    @Test func `what a broker wrote is read as its consumer reads it`() async throws {
        let counts = ["plain": 2500, "packed": 4000, "typed": Self.typed.count]
        let others = ["snappy", "lz4", "zstd"]
        let consumed = try await broker.run {
            try await broker.produce(Self.typed, to: "typed")
            _ = try await KafkaTool.run(
                all: [
                    broker.producing(2500, ofBytes: 1000, to: "plain", "none"),
                    broker.producing(4000, ofBytes: 700, to: "packed", "gzip"),
                ] + others.map { broker.producing(200, ofBytes: 100, to: $0, $0) })
            let topics = counts.sorted { $0.key < $1.key }
            let outputs = try await KafkaTool.run(
                all: topics.map { broker.consuming($0.value, of: $0.key) })
            return Dictionary(uniqueKeysWithValues: zip(topics.map(\.key), outputs))
        }
        for (topic, count) in counts {
            let lines = consumed[topic, default: ""].split(separator: "\n").map(String.init)
            #expect(lines.count == count, "\(topic)")
            try expectSameRecords(in: topic, lines)
            try expectSameIndexes(of: topic)
        }
        for codec in others {
            try expectOnlyHeaders(of: codec)
            try expectSameIndexes(of: codec)
        }
    }

    private func segments(of topic: String) throws -> [SegmentFiles] {
        try SegmentFiles.all(below: "\(broker.data)/\(topic)-0")
    }

    /// Every record of the segments, read by our reader, is a line of Kafka's consumer.
    private func expectSameRecords(in topic: String, _ lines: [String]) throws {
        var ours: [String] = []
        for segment in try segments(of: topic) {
            let file = try PosixFileSystem().openFile(segment.log, .read)
            var scan = SegmentScan(
                file, expecting: segment.baseOffset, limit: try file.byteCount())
            while let step = try scan.next() {
                guard case .batch(let batch, let position) = step else {
                    Issue.record("\(topic): \(step)")
                    return
                }
                ours += try Self.lines(of: scan.batch, batch, at: position, segment.log)
            }
        }
        let differing = zip(ours, lines).first { $0 != $1 }
        if let differing { Issue.record("ours:  \(differing.0)\nKafka: \(differing.1)") }
        #expect(ours.count == lines.count)
    }

    private static func lines(
        of bytes: RawSpan, _ batch: RecordBatchHeader, at position: FilePosition, _ path: String
    ) throws -> [String] {
        var reader = RecordReader(
            bytes, source: BatchSource(partition: nil, path: path), position: position,
            from: .zero, options: RecordReaderOptions())
        var lines: [String] = []
        while let view = try reader.next() {
            lines.append(
                consumerLine(
                    RecordLine(
                        partition: TopicPartition("", 0), offset: view.offset,
                        timestampType: batch.attributes.timestampType,
                        record: try GoldenRecord(view))))
        }
        return lines
    }

    /// Our indexes made from the log are the broker's, byte for byte.
    private func expectSameIndexes(of topic: String) throws {
        for segment in try segments(of: topic) {
            let indexes = try segment.rebuiltIndexes(interval: 1024)
            #expect(indexes.offsetSlots == (try segment.bytes(of: .offsetIndex)), "\(segment.log)")
            #expect(indexes.timeSlots == (try segment.bytes(of: .timeIndex)), "\(segment.log)")
        }
    }

    /// Batches of a codec that is not built in have sound headers that name it.
    private func expectOnlyHeaders(of codec: String) throws {
        for segment in try segments(of: codec) {
            let file = try PosixFileSystem().openFile(segment.log, .read)
            var scan = SegmentScan(
                file, expecting: segment.baseOffset, limit: try file.byteCount())
            var count = 0
            while case .batch(let batch, _)? = try scan.next() {
                #expect(batch.attributes.codec?.name == codec)
                count += Int(batch.recordCount)
                #expect(throws: BatchFailure.unsupportedCodec(try #require(batch.attributes.codec)))
                {
                    try RecordBatchValidator.verifyRecords(scan.batch)
                }
            }
            #expect(count == 200)
            #expect(scan.position.value == scan.limit)
        }
    }
}
