import Foundation
import NewswireLog

/// A broker on this machine, with its files in a directory of the test.
struct KafkaBroker {
    /// Where its files are; partitions and checkpoints lie in `data/`.
    let directory: String
    private let port: Int

    /// Prepares a broker; nothing runs yet.
    init(in directory: String) throws {
        self.directory = directory
        port = try Self.freePort()
    }

    /// What tools call the broker.
    var server: String { "127.0.0.1:\(port)" }

    var data: String { "\(directory)/data" }

    /// Starts the broker, does `body`, and stops the broker whatever happens.
    func run<Answer: Sendable>(_ body: () async throws -> Answer) async throws -> Answer {
        let settings = [
            // Several segments and many slots from little data, and nothing that happens by itself.
            "log.segment.bytes=1048576", "log.index.interval.bytes=1024", "log.retention.ms=-1",
            "log.cleaner.enable=false", "offsets.topic.num.partitions=1",
        ]
        _ = try await KafkaTool.run(
            ["start", directory, String(port)],
            environment: ["KAFKA_EXTRA_CONFIG": settings.joined(separator: "\n")])
        let outcome: Result<Answer, any Error>
        do {
            outcome = .success(try await body())
        } catch { outcome = .failure(error) }
        _ = try await KafkaTool.run(["stop", directory])
        return try outcome.get()
    }

    /// Arguments that produce `count` records of random letters, `byteCount` each, to a new topic.
    func producing(_ count: Int, ofBytes byteCount: Int, to topic: String, _ codec: String)
        -> [String]
    {
        [
            "tools.ProducerPerformance", "--bootstrap-server", server, "--topic", topic,
            "--num-records", String(count), "--record-size", String(byteCount),
            "--throughput", "-1", "--command-property", "compression.type=\(codec)",
        ]
    }

    /// Produces lines of `HEADERS\tKEY\tVALUE`, with `NULL` for what is not there.
    func produce(_ lines: [String], to topic: String) async throws {
        let properties = ["parse.key=true", "parse.headers=true", "null.marker=NULL"]
        _ = try await KafkaTool.run(
            ["tools.ConsoleProducer", "--bootstrap-server", server, "--topic", topic]
                + properties.flatMap { ["--reader-property", $0] },
            input: lines.map { $0 + "\n" }.joined())
    }

    /// Arguments that consume `count` records of a topic's partition 0 from `offset` on.
    ///
    /// They print lines of `TYPE:TIME\tOffset:OFFSET\tHEADERS\tKEY\tVALUE`.
    func consuming(_ count: Int, of topic: String, from offset: Int = 0) -> [String] {
        let properties = [
            "print.timestamp=true", "print.offset=true", "print.headers=true", "print.key=true",
            "null.literal=NULL",
        ]
        return [
            "tools.consumer.ConsoleConsumer", "--bootstrap-server", server, "--topic", topic,
            "--partition", "0", "--offset", String(offset), "--max-messages", String(count),
            "--timeout-ms", "20000",
        ] + properties.flatMap { ["--formatter-property", $0] }
    }

    /// A port that nobody listens at, and the one behind it, which the controller takes.
    private static func freePort() throws -> Int {
        var taken: Set<Int> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let text = try String(contentsOfFile: table, encoding: .utf8)
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count > 1, let digits = fields[1].split(separator: ":").last else {
                    continue
                }
                if let port = Int(digits, radix: 16) { taken.insert(port) }
            }
        }
        var port = Int.random(in: 20_000..<32_000)
        while taken.contains(port) || taken.contains(port + 1) {
            port = Int.random(in: 20_000..<32_000)
        }
        return port
    }
}

/// A record as `ConsoleConsumer` prints it.
func consumerLine(_ line: RecordLine) -> String {
    func text(_ bytes: [UInt8]?) -> String {
        bytes.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
    }
    let headers = line.record.headers.map { text($0.name) + ":" + text($0.value) }
    return [
        "\(line.timestampType.rawValue):\(line.record.timestamp)", "Offset:\(line.offset)",
        headers.isEmpty ? "NO_HEADERS" : headers.joined(separator: ","),
        text(line.record.key), text(line.record.value),
    ].joined(separator: "\t")
}
