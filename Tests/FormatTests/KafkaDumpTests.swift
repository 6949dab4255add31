import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Kafka's `DumpLogSegments` on segments of ours.
///
/// It exits with 0 whatever it finds: only its output counts, and every line of it is compared.
@Suite(.enabled(if: KafkaTool.isThere, "no Kafka"), .serialized)
struct KafkaDumpTests {
    /// Everything the writer can do, with texts that the tool can print.
    static let partitions = [
        GoldenPartition("none", batches: sizes, configure(.none, .createTime)),
        GoldenPartition("gzip", batches: sizes, configure(.gzip, .createTime)),
        GoldenPartition("stamped", batches: sizes, configure(.none, .logAppendTime)),
        GoldenPartition("stamped-gzip", batches: sizes, configure(.gzip, .logAppendTime)),
        GoldenPartition(
            "single", batches: [Int](repeating: 1, count: 300), configure(.none, .createTime)),
        GoldenPartition("trimmed", batches: sizes, start: 1234, configure(.none, .createTime)),
    ].map { partition in
        var partition = partition
        partition.record = GoldenRecord.printable
        return partition
    }

    private static let sizes = [1, 1, 2, 5, 1000, 3, 30, 2500, 1, 400, 7, 1000, 20, 1, 1, 1800]

    private static func configure(
        _ codec: CompressionCodec, _ type: TimestampType
    ) -> (inout LogConfiguration) -> Void {
        { configuration in
            configuration.compression = codec
            configuration.timestampType = type
            configuration.segmentBytes = codec == .gzip ? 30 << 10 : 256 << 10
            configuration.indexIntervalBytes = 1024
            configuration.maxMessageBytes = 1 << 20
        }
    }

    private let temporary: TemporaryDirectory
    private let segments: [SegmentFiles]

    /// Writes the partitions, with a second leader epoch from the middle on.
    init() throws {
        temporary = try TemporaryDirectory()
        let writer = try GoldenWriter(at: temporary.path("data"), Self.partitions)
        try writer.append(batches: 0..<8)
        try writer.crash()
        try writer.append(batches: 8..<300)
        try writer.trim()
        try writer.close()
        segments = try SegmentFiles.all(below: writer.path)
        try #require(segments.count > 2 * Self.partitions.count)
    }

    private func paths(_ kinds: [SegmentFileName.Kind]) -> [String] {
        segments.flatMap { segment in kinds.map { segment.path(of: $0) } }
    }

    private func dump(_ files: [String], _ options: [String]) async throws -> [Substring] {
        let list = files.joined(separator: ",")
        return try await KafkaTool.run(["tools.DumpLogSegments", "--files", list] + options)
            .split(separator: "\n", omittingEmptySubsequences: true)
    }

    @Test func `Kafka sees every batch, record and slot as we do`() async throws {
        let kinds = [SegmentFileName.Kind.log, .offsetIndex, .timeIndex]
        let options = ["--deep-iteration", "--print-data-log"]
        let lines = try await dump(paths(kinds), options)
        var expected: [String] = []
        for segment in segments {
            expected.append("Dumping \(segment.log)")
            expected += try KafkaDump.lines(ofLog: segment)
            expected.append("Dumping \(segment.path(of: .offsetIndex))")
            expected += try KafkaDump.lines(ofOffsetIndex: segment)
            expected.append("Dumping \(segment.path(of: .timeIndex))")
            expected += try KafkaDump.lines(ofTimeIndex: segment)
        }
        expectSame(lines.map(String.init), expected)
        let recordCount = lines.count { $0.hasPrefix("| offset:") }
        #expect(recordCount > 30_000)
    }

    @Test func `Kafka finds no fault with the indexes`() async throws {
        let files = paths([.offsetIndex, .timeIndex])
        let empty = Set(
            try segments.filter { try $0.bytes(of: .offsetIndex).isEmpty }
                .map { $0.path(of: .offsetIndex) })
        let sanity = try await dump(files, ["--index-sanity-check"])
        expectSame(
            sanity.map(String.init),
            files.flatMap { file in
                let isEmpty = empty.contains(file)
                let outcome = isEmpty ? KafkaDump.emptyLine(file) : "\(file) passed sanity check."
                return ["Dumping \(file)", outcome]
            })
        let verified = try await dump(files, ["--verify-index-only"])
        expectSame(
            verified.map(String.init),
            files.flatMap { file in
                let rest = empty.contains(file) ? [KafkaDump.emptyLine(file)] : []
                return ["Dumping \(file)"] + rest
            })
    }

    /// Compares line by line; a failure shows the first difference and not everything.
    private func expectSame(_ lines: [String], _ expected: [String]) {
        let differing = zip(lines, expected).first { $0 != $1 }
        if let differing { Issue.record("Kafka: \(differing.0)\nours:  \(differing.1)") }
        #expect(lines.count == expected.count)
    }
}
