import Foundation
import NewswireTesting
import Testing

/// Producing processes that are killed at random moments, as the kernel does when memory is short.
///
/// `NEWSWIRE_KILLS` sets how many (20), `NEWSWIRE_SEED` where the random numbers begin.
@Suite(.serialized) struct KillTests {
    private static let lineCount = 40_000

    /// What a killed producer had said before its end.
    private struct Acknowledged: Hashable {
        let partition: Int
        let offset: Int
        let line: Int
    }

    @Test(arguments: ["written", "interval", "synced"])
    func `nothing acknowledged is lost when the producer is killed`(level: String) async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["NEWSWIRE_KILLS"].flatMap { Int($0) } ?? 20
        let firstSeed = environment["NEWSWIRE_SEED"].flatMap { UInt64($0) } ?? 1
        for round in 0..<UInt64(max(1, kills / 3)) {
            let seed = firstSeed + round
            var random = SeededRandom(seed: seed)
            let store = try CommandHarness()
            try await store.succeed(
                "topics", "create", "orders", "--partitions", "3", "--config",
                "newswire.durability=\(level)", "--config", "segment.bytes=65536")
            var acknowledged: Set<Acknowledged> = []
            // The second producer starts on what the kill left, and is killed, too.
            for life in 0..<2 {
                let bytes = Int.random(in: 0..<200_000, using: &random)
                acknowledged.formUnion(
                    try produceUntilKilled(store, life: life, afterBytesOfOutput: bytes))
            }
            try await check(store, acknowledged, "seed \(seed), \(level)")
        }
    }

    /// Starts a producer and kills it once it has said `byteCount` bytes.
    private func produceUntilKilled(
        _ store: CommandHarness, life: Int, afterBytesOfOutput byteCount: Int
    ) throws -> Set<Acknowledged> {
        let input = store.folder.path("input-\(life)")
        let lines = (1...Self.lineCount).map { "life \(life) line \($0)\n" }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: input))
        let process = Process()
        process.executableURL = CommandHarness.executable
        process.arguments = ["produce", "orders", "--print-acks", input]
        process.environment = ["NEWSWIRE_DATA": store.data]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var said = Data()
        while said.count < byteCount {
            let portion = output.fileHandleForReading.availableData
            guard !portion.isEmpty else { break }
            said += portion
        }
        kill(process.processIdentifier, SIGKILL)
        said += try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try acknowledgements(in: said, life: life)
    }

    private func acknowledgements(in said: Data, life: Int) throws -> Set<Acknowledged> {
        var all: Set<Acknowledged> = []
        // The last line may be half of one: what was not said whole was not said.
        let whole = said.prefix(through: said.lastIndex(of: UInt8(ascii: "\n")) ?? said.startIndex)
        for line in whole.split(separator: UInt8(ascii: "\n")) where line.count > 2 {
            let object = try #require(
                try JSONSerialization.jsonObject(with: line) as? [String: Int])
            all.insert(
                Acknowledged(
                    partition: try #require(object["partition"]),
                    offset: try #require(object["offset"]),
                    line: life * Self.lineCount + (try #require(object["line"]))))
        }
        return all
    }

    private func check(
        _ store: CommandHarness, _ acknowledged: Set<Acknowledged>, _ comment: Comment
    ) async throws {
        let recovered = try await store.run("recover")
        #expect(recovered.status == 0, comment)
        let verified = try await store.run("verify")
        #expect(verified.status == 0, "\(comment): \(verified.output) \(recovered.output)")
        let consumed = try await store.succeed("consume", "orders", "-o", "jsonl")
        var found: Set<Acknowledged> = []
        var nextOffset: [Int: Int] = [:]
        for line in consumed.lines {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let partition = try #require(object["partition"] as? Int)
            let offset = try #require(object["offset"] as? Int)
            #expect(offset == nextOffset[partition, default: 0], comment)
            nextOffset[partition] = offset + 1
            let words = try #require(object["value"] as? String).split(separator: " ")
            let life = try #require(Int(words[1]))
            let number = try #require(Int(words[3]))
            found.insert(
                Acknowledged(
                    partition: partition, offset: offset, line: life * Self.lineCount + number))
        }
        let lost = acknowledged.subtracting(found).sorted { $0.offset < $1.offset }
        // A few of them: all would fill the screen.
        #expect(lost.prefix(3).isEmpty, comment)
        if !lost.isEmpty { Issue.record("\(lost.count) of \(acknowledged.count) are lost") }
    }
}
