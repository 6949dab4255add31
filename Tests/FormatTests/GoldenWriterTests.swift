import Foundation
import Newswire
import NewswireTesting
import Testing

/// Makes the golden directories anew.
///
/// Those of a released version are never made again.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["NEWSWIRE_WRITE_GOLDEN"] == "1",
        "only with NEWSWIRE_WRITE_GOLDEN=1"))
struct GoldenWriterTests {
    private let kept = KeptDirectories()

    @Test func `version 1 is written`() throws {
        let temporary = try TemporaryDirectory()
        let writer = try GoldenWriter(at: temporary.path("data"), GoldenPartition.all)
        try writer.append(batches: 0..<8)
        try writer.crash()
        try writer.append(batches: 8..<16)
        try writer.trim()
        try writer.close()
        let golden = GoldenDirectory("v1")
        try golden.replaceData(with: writer.path)
        for (file, lines) in writer.readableLines { try golden.write(lines, toExpected: file) }
    }

    @Test func `a directory of the engine is written`() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path("data")
        let written = try GoldenEngine(at: path)
        try written.fill()
        let golden = GoldenDirectory("v1-engine")
        try golden.replaceData(with: path)
        for (partition, lines) in written.lines {
            let start = partition == TopicPartition("packed", 0) ? 7 : 0
            try golden.write(Array(lines.dropFirst(start)), toExpected: "\(partition).jsonl")
        }
        let engine = try StreamEngine.openReadOnly(at: golden.data)
        // To be read before it is committed, as those below.
        try golden.write(topicLines(of: engine), toExpected: "topics.txt")
        try engine.close()
    }

    @Test func `damaged directories of version 1 are written`() throws {
        let all = GoldenDirectory("v1-corrupt")
        let temporary = try TemporaryDirectory()
        let (crashed, closed, lines) = try directories(in: temporary)
        try all.write(lines, toExpected: "orders-0.jsonl")
        for damage in GoldenDamage.all + GoldenDamage.refused {
            let golden = GoldenDirectory("v1-corrupt/\(damage.name)")
            try golden.replaceData(with: damage.before == .closed ? closed : crashed)
            try damage.inflict(golden.data)
        }
        for damage in GoldenDamage.refused {
            try keepFormat(of: GoldenDirectory("v1-corrupt/\(damage.name)"))
        }
        for damage in GoldenDamage.all {
            let golden = GoldenDirectory("v1-corrupt/\(damage.name)")
            let path = try golden.copy(in: temporary, as: damage.name)
            // To be read before it is committed: it is what this version does, right or wrong.
            let opened = try kept.open(path) { $1 = GoldenDamage.partition.configuration }
            let report = try OpeningReport(opened, at: path, lines)
            try golden.write(report.lines, toExpected: "report.txt")
        }
    }

    /// A directory as a crash leaves it, the same closed in order, and the lines of its records.
    private func directories(
        in temporary: TemporaryDirectory
    ) throws -> (crashed: String, closed: String, lines: [String]) {
        let crashed = temporary.path("crashed")
        let writer = try GoldenWriter(at: temporary.path("closed"), [GoldenDamage.partition])
        try writer.append(batches: 0..<10)
        try writer.checkpoint()
        try writer.append(batches: 10..<16)
        try FileManager.default.copyItem(atPath: writer.path, toPath: crashed)
        try writer.close()
        return (crashed, writer.path, writer.lines[GoldenDamage.partition.partition] ?? [])
    }

    private func keepFormat(of golden: GoldenDirectory) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: golden.data)
        where name != "newswire.format" {
            try FileManager.default.removeItem(atPath: "\(golden.data)/\(name)")
        }
    }
}
