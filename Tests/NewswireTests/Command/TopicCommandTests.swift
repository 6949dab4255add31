import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct TopicCommandTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    @Test func `topics are created, listed and deleted`() async throws {
        let created = try await newswire.succeed(
            "topics", "create", "orders", "--partitions", "3", "--config",
            "newswire.durability=written")
        #expect(created.output == "")
        #expect(created.errors == "newswire: created topic orders with 3 partitions\n")
        try await newswire.succeed("topics", "create", "audit")
        try await newswire.succeed("produce", "audit", input: "a\nb\n")
        let jsonl = try await newswire.succeed("topics", "list")
        #expect(jsonl.lines.count == 2)
        #expect(jsonl.lines[0].hasPrefix(#"{"name":"audit","partitions":1,"records":2,"bytes":"#))
        #expect(
            jsonl.lines[1]
                == #"{"name":"orders","partitions":3,"records":0,"bytes":0,"durability":"written"}"#
        )
        try await newswire.succeed("topics", "delete", "audit", "--yes")
        let csv = try await newswire.succeed("topics", "list", "-o", "csv")
        #expect(csv.output == "name,partitions,records,bytes,durability\norders,3,0,0,written\n")
        let table = try await newswire.succeed("topics", "list", "-o", "table")
        #expect(
            table.output == """
                NAME    PARTITIONS  RECORDS  BYTES  DURABILITY
                orders           3        0      0  written

                """)
    }

    @Test func `nothing found is fine in every format`() async throws {
        try await newswire.succeed("topics", "create", "gone")
        try await newswire.succeed("topics", "delete", "gone", "--yes")
        let titles = "name,partitions,records,bytes,durability\n"
        for (format, output) in [("json", "[]\n"), ("jsonl", ""), ("csv", titles)] {
            let list = try await newswire.succeed("topics", "list", "-o", format)
            #expect(list.output == output)
        }
    }

    @Test func `a list as JSON is one array`() async throws {
        try await newswire.succeed("topics", "create", "a")
        try await newswire.succeed("topics", "create", "b")
        let list = try await newswire.succeed("topics", "list", "-o", "json")
        let parsed = try JSONSerialization.jsonObject(with: Data(list.output.utf8))
        let names = (parsed as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["a", "b"])
    }

    @Test func `a description has the configuration and all partitions`() async throws {
        try await newswire.succeed(
            "topics", "create", "t", "--partitions", "2", "--config", "retention.ms=5000")
        try await newswire.succeed("produce", "t", "--partition", "1", input: "a\n")
        let described = try await newswire.succeed("topics", "describe", "t", "-o", "json")
        let parsed = try JSONSerialization.jsonObject(with: Data(described.output.utf8))
        let topic = try #require(parsed as? [String: Any])
        let configuration = try #require(topic["configuration"] as? [String: String])
        #expect(configuration["retention.ms"] == "5000")
        #expect(configuration["newswire.durability"] == "synced")
        let partitions = try #require(topic["partitions"] as? [[String: Int]])
        #expect(partitions.map { $0["logEndOffset"] } == [0, 1])
        let table = try await newswire.succeed("topics", "describe", "t", "-o", "table")
        #expect(table.lines.first == "topic  t")
        #expect(table.lines.contains { $0.hasPrefix("retention.ms ") && $0.hasSuffix(" no") })
    }

    @Test func `a topic grows and changes its configuration`() async throws {
        try await newswire.succeed("topics", "create", "t", "--config", "retention.ms=5000")
        try await newswire.succeed(
            "topics", "alter", "t", "--partitions", "2", "--config", "segment.bytes=2048",
            "--reset", "retention.ms")
        let described = try await newswire.succeed("topics", "describe", "t").output
        #expect(described.contains(#""segment.bytes":"2048""#))
        #expect(described.contains(#""retention.ms":"604800000""#))
        #expect(described.contains(#"{"partition":1,"#))
    }

    @Test func `a change that cannot be made changes nothing`() async throws {
        try await newswire.succeed("topics", "create", "t")
        let result = try await newswire.run(
            "topics", "alter", "t", "--partitions", "2", "--config", "segment.bytes=5")
        #expect(result.status == 2)
        #expect(result.errors.contains("segment.bytes cannot be \"5\""))
        #expect(try await newswire.succeed("offsets", "t").lines.count == 1)
        let fewer = try await newswire.run("topics", "alter", "t", "--partitions", "1")
        #expect(fewer.status == 2)
    }

    @Test func `trimming moves the log's start`() async throws {
        try await newswire.createTopic("t", partitions: 2)
        for partition in ["0", "1"] {
            try await newswire.succeed(
                "produce", "t", "--partition", partition, "--input", "jsonl",
                input: (0..<5).map { #"{"value":"\#($0)","timestamp":\#($0 * 1000)}"# + "\n" }
                    .joined())
        }
        let one = try await newswire.succeed(
            "topics", "trim", "t", "--before", "2", "--partition", "1")
        #expect(one.output == "{\"topic\":\"t\",\"partition\":1,\"logStartOffset\":2}\n")
        let both = try await newswire.succeed("topics", "trim", "t", "--before", "@3000")
        #expect(both.lines.count == 2)
        #expect(both.lines.allSatisfy { $0.hasSuffix(#""logStartOffset":3}"#) })
        #expect(try await newswire.succeed("consume", "t").output == "3\n4\n3\n4\n")
        let beyond = try await newswire.run("topics", "trim", "t", "--before", "9")
        #expect(beyond.status == 1)
    }

    @Test func `deleting asks or is told yes`() async throws {
        try await newswire.succeed("topics", "create", "t")
        let result = try await newswire.run("topics", "delete", "t", input: "t\n")
        #expect(result.status == 2)
        #expect(result.errors == "newswire: nobody can be asked here: say --yes\n")
        #expect(try await newswire.succeed("topics", "list").lines.count == 1)
    }

    static let failures: [(arguments: [String], says: String)] = [
        (["topics", "create", "orders"], "topic orders exists already"),
        (["topics", "describe", "order"], "there is no topic order: did you mean orders?"),
        (["topics", "delete", "x", "--yes"], "there is no topic x"),
        (["topics", "alter", "x", "--partitions", "2"], "there is no topic x"),
        (["topics", "delete", "__metadata", "--yes"], "it can be read, not changed"),
        (["topics", "alter", "__metadata", "--partitions", "2"], "it can be read, not changed"),
        (["topics", "trim", "__metadata", "--before", "1"], "it can be read, not changed"),
        (["topics", "create", "__x"], "it can be read, not changed"),
        (["produce", "__metadata"], "it can be read, not changed"),
        (["produce", "ordres"], "there is no topic ordres: did you mean orders?"),
        (["produce", "orders", "--partition", "4"], "orders has no partition 4"),
        (["consume", "ordres"], "there is no topic ordres: did you mean orders?"),
        (["consume", "orders", "--partition", "4"], "orders has no partition 4"),
        (["offsets", "ordres"], "there is no topic ordres: did you mean orders?"),
    ]

    @Test(arguments: failures)
    func `a failure is said in one sentence and ends with 1`(
        arguments: [String], says: String
    ) async throws {
        try await newswire.succeed("topics", "create", "orders")
        let result = try await newswire.run(arguments)
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(result.errorLines.count == 1)
        #expect(result.errors.contains(says))
    }

    @Test func `internal topics can be read`() async throws {
        try await newswire.succeed("topics", "create", "t")
        #expect(try await newswire.succeed("consume", "__metadata").lines.isEmpty == false)
        #expect(try await newswire.succeed("offsets", "__metadata").lines.count == 1)
    }

    @Test func `offsets are a row for each partition`() async throws {
        try await newswire.succeed("topics", "create", "t", "--partitions", "2")
        try await newswire.succeed("produce", "t", "--partition", "1", input: "a\nb\n")
        let lines = try await newswire.succeed("offsets", "t").lines
        #expect(
            lines[0] == #"{"topic":"t","partition":0,"logStartOffset":0,"highWatermark":0,"#
                + #""logEndOffset":0,"lastStableOffset":0,"segments":0,"bytes":0}"#)
        #expect(
            lines[1].hasPrefix(
                #"{"topic":"t","partition":1,"logStartOffset":0,"highWatermark":2,"#
                    + #""logEndOffset":2,"lastStableOffset":2,"segments":1,"bytes":"#))
        let csv = try await newswire.succeed("offsets", "-o", "csv")
        #expect(csv.lines.count == 3)
    }

    // MARK: Directories

    @Test(
        arguments: [
            ["topics", "list"], ["topics", "describe", "t"], ["topics", "delete", "t", "--yes"],
            ["topics", "alter", "t", "--partitions", "2"],
            ["topics", "trim", "t", "--before", "1"],
            ["consume", "t"], ["offsets"], ["recover"],
        ])
    func `a folder that is no directory of ours is refused`(arguments: [String]) async throws {
        try FileManager.default.createDirectory(
            atPath: newswire.data, withIntermediateDirectories: false)
        let result = try await newswire.run(arguments)
        #expect(result.status == 1)
        #expect(result.errors.contains("is not a Newswire directory"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: newswire.data) == [])
    }

    @Test func `a directory that is open elsewhere is named with its holder`() async throws {
        try await newswire.succeed("topics", "create", "t")
        let holder = try newswire.start("produce", "t", "--print-acks")
        try holder.type("a\n")
        #expect(holder.nextLine() != nil)
        let refused = try await newswire.run("topics", "create", "u")
        #expect(refused.status == 1)
        let says = /data is open in process \d+ \(newswire\) on \S+ since \d{4}-.*Z/
        #expect(refused.errors.firstMatch(of: says) != nil)
        // All that only reads goes on beside it.
        #expect(try await newswire.succeed("consume", "t").output == "a\n")
        #expect(try await newswire.succeed("topics", "list").lines.count == 1)
        #expect(try await newswire.succeed("verify").output == "")
        let waiting = try newswire.start("topics", "create", "u", "--wait", "1m")
        try holder.endInput()
        #expect(try holder.end().status == 0)
        #expect(try waiting.end().status == 0)
    }
}
