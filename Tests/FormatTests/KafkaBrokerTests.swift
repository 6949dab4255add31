import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// A running broker's files read by us, and ours served by a broker.
@Suite(.enabled(if: KafkaTool.isThere, "no Kafka"), .serialized)
struct KafkaBrokerTests {
    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()
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

    /// A broker knows a topic by its id, which only it can give: ours is written under that id.
    @Test func `a broker takes over a partition that was closed in order`() async throws {
        try await broker.run { try await broker.produce(["NULL\tk\tv"], to: "taken") }
        let folder = "\(broker.data)/taken-0"
        let text = try PosixFileSystem().contents(
            of: "\(folder)/\(PartitionMetadataFile.fileName)", byteCountMax: 1024)
        var golden = GoldenPartition("taken", batches: [3, 1, 500, 20, 20, 900, 4], start: 10) {
            $0.segmentBytes = 96 << 10
        }
        golden.record = GoldenRecord.printable
        golden.topicID = try #require(PartitionMetadataFile.topicID(of: text))
        let writer = try GoldenWriter(at: temporary.path("data"), [golden])
        try writer.append(batches: 0..<7)
        try writer.trim()
        try writer.close()
        let ours = try SegmentFiles.all(below: "\(writer.path)/taken-0")
        try #require(ours.count > 1)
        try handOver(writer.path, "taken-0")
        let (consumed, log) = try await broker.run {
            try await broker.produce(["h:1\tnext\tby Kafka"], to: "taken")
            let output = try await KafkaTool.run(
                broker.consuming(1448 - 10 + 1, of: "taken", from: 10))
            let log = try String(
                contentsOfFile: "\(broker.directory)/broker.out", encoding: .utf8)
            return (output, log)
        }
        let lines = consumed.split(separator: "\n").map(String.init)
        #expect(lines.count == 1439)
        // Only our lines are looked at: Kafka always verifies its own metadata.
        let about = log.split(separator: "\n").filter { $0.contains("taken-0") }
        #expect(about.filter { $0.contains("Recovering") || $0.contains("UNCLEAN") }.isEmpty)
        let isBelieved = log.contains("Skipping recovery of 1 logs")
        #expect(isBelieved)
        try expectSameRecords(in: "taken", lines, from: Offset(10))
        #expect(lines.last?.hasSuffix("Offset:1448\th:1\tnext\tby Kafka") ?? false)
        // What Kafka went on with is ours to read again.
        let back = try kept.open(try handBack("taken-0"))
        let partition = try back.log("taken-0")
        #expect(partition.offsets.logEndOffset == Offset(1449))
        #expect(!back.directory.recoveryReport.changedAnything)
    }

    /// Puts a partition's folder in the place of the broker's, and what the root says of it.
    ///
    /// The broker's own mark of a clean shutdown stays: it carries the number of its last life.
    private func handOver(_ path: String, _ partition: String) throws {
        let manager = FileManager.default
        try manager.removeItem(atPath: "\(broker.data)/\(partition)")
        try manager.copyItem(
            atPath: "\(path)/\(partition)", toPath: "\(broker.data)/\(partition)")
        let topic = partition.dropLast(2) + " "
        for name in try manager.contentsOfDirectory(atPath: path)
        where name.hasSuffix("-checkpoint") {
            let lines =
                try entries(of: "\(broker.data)/\(name)").filter { !$0.hasPrefix(topic) }
                + entries(of: "\(path)/\(name)")
            let text = "0\n\(lines.count)\n" + lines.map { $0 + "\n" }.joined()
            try text.write(toFile: "\(broker.data)/\(name)", atomically: true, encoding: .utf8)
        }
    }

    /// The entries of a checkpoint in the root.
    private func entries(of file: String) throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8)
            .split(separator: "\n").dropFirst(2).map(String.init)
    }

    /// A directory of ours with a copy of the broker's partition.
    private func handBack(_ partition: String) throws -> String {
        let path = temporary.path("back")
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        try LogDirectory.open(at: path, options).close()
        try FileManager.default.copyItem(
            atPath: "\(broker.data)/\(partition)", toPath: "\(path)/\(partition)")
        return path
    }

    private func segments(of topic: String) throws -> [SegmentFiles] {
        try SegmentFiles.all(below: "\(broker.data)/\(topic)-0")
    }

    /// Every record of the segments, read by our reader, is a line of Kafka's consumer.
    private func expectSameRecords(
        in topic: String, _ lines: [String], from start: Offset = .zero
    ) throws {
        var ours: [String] = []
        for segment in try segments(of: topic) {
            let file = try PosixFileSystem().openFile(segment.log, .read)
            var scan = SegmentScan(
                file, expecting: segment.baseOffset, limit: try file.byteCount())
            while let step = try scan.next() {
                guard case .batch(let batch, _) = step else {
                    Issue.record("\(topic): \(step)")
                    return
                }
                ours += try Self.lines(
                    of: scan.batch, batch, BatchSource(partition: nil, path: segment.log), start)
            }
        }
        let differing = zip(ours, lines).first { $0 != $1 }
        if let differing { Issue.record("ours:  \(differing.0)\nKafka: \(differing.1)") }
        #expect(ours.count == lines.count)
    }

    private static func lines(
        of bytes: RawSpan, _ batch: RecordBatchHeader, _ source: BatchSource, _ start: Offset
    ) throws -> [String] {
        var reader = RecordReader(
            bytes, source: source, position: .start, from: start, options: RecordReaderOptions())
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
