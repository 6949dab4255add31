import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// The files in the root that a Kafka broker looks at when it takes a directory over.
@Suite struct KafkaCheckpointTests {
    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()
    private let path: String

    init() throws {
        temporary = try TemporaryDirectory()
        path = try GoldenDirectoryTests.today.copy(in: temporary)
    }

    private static let marker = ".kafka_cleanshutdown"

    private var hasMarker: Bool { FileManager.default.fileExists(atPath: "\(path)/\(Self.marker)") }

    /// The offsets in a checkpoint, by partition.
    private func offsets(in name: String) throws -> [String: Int] {
        let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        let lines = text.split(separator: "\n")
        try #require(lines.count >= 2 && lines[0] == "0")
        #expect(Int(lines[1]) == lines.count - 2)
        return Dictionary(
            uniqueKeysWithValues: lines[2...].map { line in
                let words = line.split(separator: " ")
                return ("\(words[0])-\(words[1])", Int(words[2]) ?? -1)
            })
    }

    @Test func `a clean close says where every partition begins and ends`() throws {
        let ends = GoldenPartition.all.map { golden in
            ("\(golden.partition)", golden.batchSizes.reduce(0, +))
        }
        let starts = GoldenPartition.all.map { ("\($0.partition)", Int($0.start ?? 0)) }
        let expectedEnds = Dictionary(uniqueKeysWithValues: ends)
        #expect(try offsets(in: "recovery-point-offset-checkpoint") == expectedEnds)
        #expect(try offsets(in: "replication-offset-checkpoint") == expectedEnds)
        let expectedStarts = Dictionary(uniqueKeysWithValues: starts)
        #expect(try offsets(in: "log-start-offset-checkpoint") == expectedStarts)
    }

    @Test func `the mark of a clean shutdown is there only while the directory is closed`() throws {
        #expect(hasMarker)
        let opened = try kept.open(path)
        #expect(!hasMarker)
        try opened.directory.close()
        #expect(hasMarker)
    }

    // Partitions that nobody opened were not verified, and yet the mark told a broker that all
    // were.
    @Test func `there is no mark while a partition still has to be verified`() throws {
        try kept.open(path).directory.abandon()
        var options = LogDirectoryOptions()
        options.threads = .stepped
        let directory = try LogDirectory.open(at: path, options)
        #expect(!directory.recoveryReport.wasClean)
        try directory.finishOpening()
        try directory.close()
        #expect(!hasMarker)
    }
}
