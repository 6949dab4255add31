import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Kafka's own tools, when `NEWSWIRE_KAFKA` names a command that runs one by its class's name.
enum KafkaTool {
    static let command = ProcessInfo.processInfo.environment["NEWSWIRE_KAFKA"]

    /// What `kafka-dump-log` prints of a file; a failure of the tool fails the test.
    static func dump(_ file: String, _ options: String = "") throws -> String {
        let command = try #require(command)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "exec \(command) tools.DumpLogSegments --files '\(file)' \(options) 2>&1",
        ]
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(text)")
        return text
    }
}

/// A directory with the partition `orders-0`, written by the log and closed.
struct WrittenLog {
    static let partition = TopicPartition("orders", 0)

    let temporary: TemporaryDirectory

    /// Writes batches of five records, compressed as asked, over several segments.
    init(batchCount: Int, _ codec: CompressionCodec) throws {
        temporary = try TemporaryDirectory()
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        let directory = try LogDirectory.open(at: temporary.path("data"), options)
        var configuration = LogConfiguration()
        configuration.compression = codec
        configuration.segmentBytes = 8192
        configuration.indexIntervalBytes = 512
        configuration.retention = nil
        let log = try directory.openPartition(
            Self.partition, identity: PartitionIdentity(id: 7, topicID: TopicID(high: 1, low: 2)),
            configuration)
        try directory.finishOpening()
        for number in 0..<batchCount {
            try log.append { batch in Self.fill(&batch, number) }
        }
        try directory.close()
    }

    private static func fill(_ batch: inout RecordBatchBuilder, _ number: Int) {
        for record in number * 5..<(number + 1) * 5 {
            var headers = RecordHeaders()
            if record % 3 == 0 { headers.append(name: "number", value: Array("\(record)".utf8)) }
            let key = record % 4 == 0 ? nil : Array("key-\(record)".utf8)
            batch.append(
                key: key, value: Array(value(record).utf8), headers: headers,
                timestamp: Timestamp(milliseconds: 1_760_000_000_000 + Int64(record)))
        }
    }

    /// What record number `number` holds: one word, as the tool's output is split at spaces.
    static func value(_ number: Int) -> String {
        "value-\(number)-" + String(repeating: "x", count: 40)
    }

    /// The files with `suffix`, by their offsets, empty ones left out.
    func files(_ suffix: String) throws -> [String] {
        let folder = temporary.path("data/\(Self.partition)")
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
            .filter { try !Data(contentsOf: URL(filePath: $0)).isEmpty }
    }
}

/// A partition that Kafka wrote, copied into a directory of ours and opened there.
final class AdoptedLog {
    let partition: PartitionLog
    private let temporary: TemporaryDirectory
    private let directory: LogDirectory

    init(_ name: String) throws {
        temporary = try TemporaryDirectory()
        let path = temporary.path("data")
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        try LogDirectory.open(at: path, options).close()
        try FileManager.default.copyItem(
            atPath: KafkaFixture.root.appending(path: "data/\(name)").path(),
            toPath: "\(path)/\(name)")
        directory = try LogDirectory.open(at: path, options)
        var configuration = LogConfiguration()
        configuration.retention = nil
        let metadata = try PosixFileSystem().contents(
            of: "\(path)/\(name)/\(PartitionMetadataFile.fileName)", byteCountMax: 1000)
        let topicID = PartitionMetadataFile.topicID(of: metadata) ?? TopicID(high: 1, low: 2)
        partition = try directory.openPartition(
            TopicPartition(String(name.dropLast(2)), 0),
            identity: PartitionIdentity(id: 7, topicID: topicID), configuration)
        try directory.finishOpening()
    }
}
