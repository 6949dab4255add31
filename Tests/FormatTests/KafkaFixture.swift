import Foundation
import NewswireLog

/// The directories that Kafka 4.3.1 wrote, and what Kafka says is in them; see their README.
enum KafkaFixture {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/kafka-4.3.1")

    /// The topics' partitions, those of Kafka's internal topics included.
    static let partitions = [
        "codec-none-0", "codec-gzip-0", "codec-snappy-0", "codec-lz4-0", "codec-zstd-0",
        "append-time-0", "segments-0", "transactions-0", "compacted-0", "trimmed-0",
        "__consumer_offsets-5", "__transaction_state-5", "__transaction_state-6",
    ]

    /// The files of a partition with `suffix`, in the order of their offsets, empty ones left out.
    static func files(of partition: String, _ suffix: String) throws -> [FixtureFile] {
        let folder = root.appending(path: "data/\(partition)")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path())
            .filter { $0.hasSuffix(suffix) }.sorted()
            .map { FixtureFile(partition: partition, name: $0) }
            .filter { try !$0.bytes.isEmpty }
    }

    /// What Kafka's consumer reads of a partition, uncommitted records included.
    static func records(of partition: String) throws -> [FixtureRecord] {
        let text = try String(
            contentsOf: root.appending(path: "expected/\(partition).jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            try JSONDecoder().decode(FixtureRecord.self, from: Data(line.utf8))
        }
    }
}

/// One file that Kafka wrote.
struct FixtureFile {
    let partition: String
    let name: String

    var bytes: [UInt8] {
        get throws {
            Array(
                try Data(contentsOf: KafkaFixture.root.appending(path: "data/\(partition)/\(name)"))
            )
        }
    }

    /// The offset in the file's name.
    var baseOffset: Int { Int(name.prefix(20)) ?? -1 }

    var source: BatchSource { BatchSource(partition: nil, path: "\(partition)/\(name)") }

    /// The lines of Kafka's dump that begin with `start`.
    func dump(linesFrom start: String) throws -> [DumpLine] {
        let text = try String(
            contentsOf: KafkaFixture.root.appending(path: "expected/\(partition)/\(name).txt"),
            encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix(start) }.map(DumpLine.init)
    }
}

/// A record as a JSON line says it.
struct FixtureRecord: Decodable, Equatable {
    struct Header: Decodable, Equatable {
        let name: String
        let value: String?
    }

    let offset: Int64
    let timestamp: Int64
    let timestampType: String
    let key: String?
    let value: String?
    let headers: [Header]
}

extension FixtureRecord {
    init(_ record: borrowing RecordView, _ timestampType: TimestampType) throws {
        var headers: [Header] = []
        var reader = record.headers
        while let header = try reader.next() {
            headers.append(Header(name: header.name, value: text(header.value)))
        }
        self.init(
            offset: record.offset.value, timestamp: record.timestamp.milliseconds,
            timestampType: timestampType.rawValue, key: text(record.key),
            value: text(record.value), headers: headers)
    }
}

private func text(_ bytes: RawSpan?) -> String? {
    guard let bytes else { return nil }
    return String(decoding: [UInt8](copying: bytes), as: UTF8.self)
}

/// A line of `kafka-dump-log`: names, colons and values in turn.
struct DumpLine {
    private let values: [String: String]

    init(_ line: Substring) {
        var values: [String: String] = [:]
        var name = ""
        for word in line.split(separator: " ") {
            if word.hasSuffix(":") {
                name = String(word.dropLast())
            } else {
                values[name] = values[name] ?? String(word)
            }
        }
        self.values = values
    }

    subscript(name: String) -> String { values[name] ?? "" }
}
