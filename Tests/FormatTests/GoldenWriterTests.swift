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

    @Test func `a directory is written`() throws {
        let temporary = try TemporaryDirectory()
        let writer = try GoldenWriter(at: temporary.path("data"), GoldenPartition.all)
        try writer.append(batches: 0..<8)
        try writer.crash()
        try writer.append(batches: 8..<16)
        try writer.trim()
        try writer.close()
        let golden = GoldenDirectory("v2")
        try golden.replaceData(with: writer.path)
        for (file, lines) in writer.readableLines { try golden.write(lines, toExpected: file) }
    }

    @Test func `a directory of the engine is written`() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path("data")
        let written = try GoldenEngine(at: path)
        try written.fill()
        try replace(GoldenDirectory("v2-engine"), with: path, written)
    }

    @Test func `what a power failure leaves of the engine's directory is written`() throws {
        let temporary = try TemporaryDirectory()
        let disk = SimulatedFileSystem()
        let written = try GoldenEngine(at: "/data", on: disk)
        try written.fillSynced()
        let path = temporary.path("data")
        try export(disk.crash(.dropped, seed: 1), "/data", to: path)
        let golden = GoldenDirectory("v2-crashed")
        try replace(golden, with: path, written)
    }

    private func replace(
        _ golden: GoldenDirectory, with path: String, _ written: GoldenEngine
    ) throws {
        try golden.replaceData(with: path)
        for (partition, lines) in written.lines {
            let start = partition == TopicPartition("packed", 0) ? 7 : 0
            try golden.write(Array(lines.dropFirst(start)), toExpected: "\(partition).jsonl")
        }
        // To be read before it is committed, as those below.
        try golden.write(written.topicLines, toExpected: "topics.txt")
    }

    /// Writes the files of a simulated disk to a folder.
    private func export(
        _ disk: SimulatedFileSystem, _ folder: String, to path: String
    ) throws {
        for file in disk.paths where file.hasPrefix(folder + "/") {
            let url = URL(filePath: path + file.dropFirst(folder.count))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(disk.contents(of: file, byteCountMax: .max)).write(to: url)
        }
    }

    @Test func `damaged directories are written`() throws {
        let all = GoldenDirectory("v2-corrupt")
        let temporary = try TemporaryDirectory()
        let (crashed, closed, lines) = try directories(in: temporary, GoldenDamage.partition)
        let (uncovered, _, _) = try directories(in: temporary, GoldenDamage.syncedPartition)
        try all.write(lines, toExpected: "orders-0.jsonl")
        for damage in GoldenDamage.all + GoldenDamage.refused {
            let golden = GoldenDirectory("v2-corrupt/\(damage.name)")
            let before: [GoldenDamage.Before: String] = [
                .closed: closed, .crashed: crashed, .uncovered: uncovered,
            ]
            try golden.replaceData(with: try #require(before[damage.before]))
            try damage.inflict(golden.data)
        }
        for damage in GoldenDamage.refused {
            try keepFormat(of: GoldenDirectory("v2-corrupt/\(damage.name)"))
        }
        for damage in GoldenDamage.all {
            let golden = GoldenDirectory("v2-corrupt/\(damage.name)")
            let path = try golden.copy(in: temporary, as: damage.name)
            // To be read before it is committed: it is what this version does, right or wrong.
            let opened = try kept.open(path) { $1 = damage.partition.configuration }
            let report = try OpeningReport(opened, at: path, lines)
            try golden.write(report.lines, toExpected: "report.txt")
        }
    }

    /// A directory as a crash leaves it, the same closed in order, and the lines of its records.
    private func directories(
        in temporary: TemporaryDirectory, _ partition: GoldenPartition
    ) throws -> (crashed: String, closed: String, lines: [String]) {
        let name = "\(partition.configuration.durability)"
        let crashed = temporary.path("\(name)-crashed")
        let writer = try GoldenWriter(at: temporary.path("\(name)-closed"), [partition])
        try writer.append(batches: 0..<10)
        try writer.checkpoint()
        try writer.append(batches: 10..<16)
        try FileManager.default.copyItem(atPath: writer.path, toPath: crashed)
        try writer.close()
        return (crashed, writer.path, writer.lines[partition.partition] ?? [])
    }

    private func keepFormat(of golden: GoldenDirectory) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: golden.data)
        where name != "newswire.format" {
            try FileManager.default.removeItem(atPath: "\(golden.data)/\(name)")
        }
    }
}
