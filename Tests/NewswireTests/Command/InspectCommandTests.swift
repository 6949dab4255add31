import Foundation
import NewswireTesting
import Testing

/// `inspect` and `verify`, on files of ours and of a Kafka broker.
@Suite(.timeLimit(.minutes(2))) struct InspectCommandTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    private func kafka(_ path: String) -> String {
        CommandHarness.kafkaFixtures.appendingPathComponent("data/" + path).path
    }

    // MARK: A broker's files

    @Test(arguments: ["codec-none-0", "codec-gzip-0", "append-time-0", "trimmed-0", "compacted-0"])
    func `a broker's records are what its consumer reads`(partition: String) async throws {
        let expected = CommandHarness.kafkaFixtures.appendingPathComponent(
            "expected/\(partition).jsonl")
        let inspected = try await newswire.succeed(
            "inspect", kafka(partition), "--records", "-o", "jsonl")
        let extras = /,"producerId":-?\d+,"producerEpoch":.*}$/
        let records = inspected.lines.filter { $0.hasPrefix(#"{"type":"record","#) }.map { line in
            line.replacing(#"{"type":"record","#, with: "{").replacing(extras, with: "}")
        }
        let lines = try CommandHarness.text(expected.path).split(separator: "\n").map(String.init)
        // A trimmed log still holds the records before its start.
        #expect(records.suffix(lines.count) == lines[...])
    }

    @Test func `a record has its producer and its transaction`() async throws {
        let result = try await newswire.succeed(
            "inspect", kafka("transactions-0"), "--records", "-o", "jsonl")
        let records = result.lines.filter { $0.contains(#""type":"record""#) }
        #expect(
            records[0].hasSuffix(
                #","producerId":7,"producerEpoch":0,"sequence":0,"isTransactional":true,"#
                    + #""isControl":false,"controlType":null,"codec":"none"}"#))
        let markers = records.filter { $0.contains(#""isControl":true"#) }
        #expect(markers.filter { $0.contains(#""controlType":"ABORT""#) }.count == 3)
        #expect(markers.filter { $0.contains(#""controlType":"COMMIT""#) }.count == 5)
        #expect(markers[0].contains(#""keyBase64":"AAA"#) || markers[0].contains(#""key":"\u0000"#))
    }

    @Test func `a batch is an object with all fields of its header`() async throws {
        let path = kafka("codec-gzip-0/00000000000000000000.log")
        let result = try await newswire.succeed("inspect", path)
        #expect(result.lines.filter { $0.contains(#""type":"batch""#) }.count == 3)
        #expect(
            result.lines[1]
                == #"{"type":"batch","path":"\#(path)","position":369,"byteCount":375,"#
                + #""baseOffset":10,"lastOffset":19,"recordCount":10,"leaderEpoch":0,"magic":2,"#
                + #""crc":3445937020,"codec":"gzip","timestampType":"CreateTime","#
                + #""baseTimestamp":1760000010000,"maxTimestamp":1760000019000,"#
                + #""hasDeleteHorizon":false,"producerId":1,"producerEpoch":0,"baseSequence":10,"#
                + #""isTransactional":false,"isControl":false}"#)
    }

    @Test(
        arguments: [
            (
                "segments-0/00000000000000000000.index",
                #""type":"slot","path":"PATH","slot":0,"offset":7,"position":408}"#
            ),
            (
                "transactions-0/00000000000000000000.timeindex",
                #""type":"slot","path":"PATH","slot":0,"timestamp":1760000003000,"offset":2}"#
            ),
            (
                "transactions-0/00000000000000000010.txnindex",
                #""type":"slot","path":"PATH","slot":0,"producerId":7,"firstOffset":12,"#
                    + #""lastOffset":22,"lastStableOffset":13}"#
            ),
            (
                "transactions-0/00000000000000000010.snapshot",
                #""type":"entry","path":"PATH","producerId":7,"producerEpoch":0,"lastSequence":4,"#
                    + #""lastOffset":8,"offsetDelta":0,"timestamp":1760000012000,"#
                    + #""coordinatorEpoch":-1,"currentTransactionFirstOffset":0}"#
            ),
            (
                "segments-0/leader-epoch-checkpoint",
                #""type":"entry","path":"PATH","leaderEpoch":0,"startOffset":0}"#
            ),
            (
                "segments-0/partition.metadata",
                #""type":"entry","path":"PATH","name":"version","value":"0"}"#
            ),
            (
                "log-start-offset-checkpoint",
                #""type":"entry","path":"PATH","topic":"trimmed","partition":0,"offset":20}"#
            ),
        ])
    func `every kind of file is decoded`(name: String, first: String) async throws {
        let result = try await newswire.succeed("inspect", kafka(name))
        #expect(result.lines.first == "{" + first.replacing("PATH", with: kafka(name)))
    }

    @Test func `what an unknown codec hides is told and is no damage`() async throws {
        let result = try await newswire.succeed("inspect", kafka("codec-zstd-0"), "--records")
        #expect(result.errors.contains("offsets 0 to 10 (exclusive): the records cannot be shown"))
        #expect(result.lines.filter { $0.contains(#""type":"batch""#) }.count == 3)
    }

    @Test func `a broker's directories are sound`() async throws {
        let result = try await newswire.succeed("verify", kafka(""))
        #expect(result.output == "")
        #expect(result.errors.contains("22 segments and 97 other files"))
        #expect(result.errors.contains(": no damage"))
    }

    // MARK: Formats

    @Test func `rows are of one kind, and a table has its file above it`() async throws {
        let index = kafka("segments-0/00000000000000000000.index")
        let csv = try await newswire.succeed("inspect", index, "-o", "csv")
        #expect(csv.output.hasPrefix("slot,offset,position\n0,7,408\n"))
        let table = try await newswire.succeed("inspect", index, "-o", "table")
        #expect(table.lines.prefix(2) == [index, "SLOT  OFFSET  POSITION"])
        let mixed = try await newswire.run("inspect", kafka("segments-0"), "-o", "csv")
        #expect(mixed.status == 2)
        let json = try await newswire.succeed("inspect", kafka(""), "-o", "json")
        let parsed = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect((parsed as? [Any])?.count ?? 0 > 100)
    }

    // MARK: Damage

    /// A partition with four segments, of which one has the bytes of somebody else.
    private func damagedCopy(
        _ name: String, _ change: (inout [UInt8]) -> Void
    ) throws -> String {
        let copy = newswire.folder.path("segments-0")
        try FileManager.default.copyItem(atPath: kafka("segments-0"), toPath: copy)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: copy + "/" + name)))
        change(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: copy + "/" + name))
        return copy
    }

    static let damages: [(name: String, position: Int, mask: UInt8, says: String)] = [
        // The second batch of the segment: its value, its length, its magic, its offset.
        (
            "00000000000000000024.log", 500, 1,
            #""position":414,"endPosition":831,"offset":28,"nextOffset":32,"#
        ),
        (
            "00000000000000000024.log", 422, 0x40,
            #""position":414,"endPosition":831,"offset":28,"nextOffset":32,"#
        ),
        (
            "00000000000000000024.log", 430, 0xff,
            #""position":414,"endPosition":831,"offset":28,"nextOffset":32,"#
        ),
        ("00000000000000000024.log", 421, 1, #""problem":"it begins at offset 32, not 33"}"#),
        ("00000000000000000000.index", 3, 4, #""problem":"slot 0 says offset 3 of a batch of 4"#),
        ("00000000000000000000.index", 7, 1, #""problem":"slot 0 leads to byte 409, where no"#),
        ("00000000000000000000.timeindex", 7, 1, #""problem":"slot 0 says that "#),
        ("leader-epoch-checkpoint", 0, 1, #"leader-epoch-checkpoint","position":null"#),
        ("partition.metadata", 20, 1, #"partition.metadata","position":null"#),
    ]

    @Test(arguments: damages)
    func `damage is one line, and ends with 1`(
        name: String, position: Int, mask: UInt8, says: String
    ) async throws {
        let copy = try damagedCopy(name) { $0[position] ^= mask }
        let result = try await newswire.run("verify", copy)
        #expect(result.status == 1)
        #expect(result.output.contains(says))
        #expect(
            result.lines.first?.hasPrefix(#"{"type":"damage","path":"\#(copy)/\#(name)""#) == true)
        #expect(result.errorLines.count == 1)
    }

    @Test func `behind damage the good batches are shown`() async throws {
        let copy = try damagedCopy("00000000000000000024.log") { bytes in
            for place in 414..<500 { bytes[place] = 0xaa }
        }
        let result = try await newswire.run("inspect", copy + "/00000000000000000024.log")
        #expect(result.status == 1)
        let types = result.lines.map { $0.prefix { $0 != "," } }
        #expect(types[0] == #"{"type":"batch""#)
        #expect(types[1] == #"{"type":"damage""#)
        #expect(types.dropFirst(2).allSatisfy { $0 == #"{"type":"batch""# })
        #expect(types.count > 3)
        let table = try await newswire.run(
            "inspect", copy + "/00000000000000000024.log", "-o", "table")
        #expect(table.status == 1)
        #expect(table.errors.contains("bytes 414 to 831 (exclusive), offsets 28 to 32 (exclusive)"))
    }

    @Test func `a torn tail is damage to the end`() async throws {
        let copy = try damagedCopy("00000000000000000120.log") { $0.removeLast(10) }
        let result = try await newswire.run("verify", copy, "--scrub")
        #expect(result.status == 1)
        #expect(result.lines.contains { $0.contains(#""nextOffset":null"#) })
    }

    @Test func `verifying keeps to a rate`() async throws {
        let copy = try damagedCopy("00000000000000000120.log") { $0.removeLast(10) }
        #expect(try await newswire.run("verify", copy, "--rate", "64MiB").status == 1)
        for rate in ["0", "fast"] {
            #expect(try await newswire.run("verify", copy, "--rate", rate).status == 2, "\(rate)")
        }
        let begun = ContinuousClock.now
        _ = try await newswire.run("verify", copy, "--rate", "16KiB")
        #expect(ContinuousClock.now - begun > .milliseconds(200))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `whatever the bytes are, inspecting ends with an answer`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        for name in ["00000000000000000024.log", "00000000000000000000.index", "x.snapshot"] {
            let bytes = (0..<5000).map { _ in UInt8.random(in: 0...3, using: &random) }
            let path = newswire.folder.path(name)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let result = try await newswire.run("inspect", path, "--records")
            #expect([0, 1].contains(result.status), "seed \(seed), \(name): \(result.errors)")
        }
    }

    // MARK: Our own directories

    @Test func `a directory of ours is shown and verified beside its writer`() async throws {
        try await newswire.createTopic("t", partitions: 2)
        let typing = try newswire.start("produce", "t", "--print-acks", "--partition", "1")
        try typing.type("a\n")
        #expect(typing.nextLine() != nil)
        #expect(try await newswire.succeed("verify").output == "")
        let shown = try await newswire.succeed("inspect", newswire.data, "--records")
        #expect(shown.output.contains(#""type":"record","topic":"t","partition":1,"offset":0,"#))
        try typing.endInput()
        #expect(try typing.end().status == 0)
        #expect(try await newswire.succeed("verify").output == "")
    }

    @Test func `a read-only directory can be read`() async throws {
        try await newswire.createTopic("t")
        try await newswire.succeed("produce", "t", input: "a\n")
        _ = try Shell.run("chmod -R a-w \(newswire.data)")
        #expect(try await newswire.succeed("consume", "t").output == "a\n")
        #expect(try await newswire.succeed("verify").output == "")
        _ = try Shell.run("chmod -R u+w \(newswire.data)")
    }

    @Test func `nothing that reads writes anything`() async throws {
        try await newswire.createTopic("t")
        try await newswire.succeed("produce", "t", input: "a\n")
        let before = try Shell.run(
            "cd \(newswire.data) && find . -printf '%p %s %T@ %C@\\n' | sort")
        for arguments in [
            ["topics", "list"], ["topics", "describe", "t"], ["consume", "t"], ["offsets"],
            ["inspect", newswire.data, "--records"], ["verify"], ["recover", "--dry-run"],
        ] {
            #expect(try await newswire.run(arguments).status == 0)
        }
        let after = try Shell.run("cd \(newswire.data) && find . -printf '%p %s %T@ %C@\\n' | sort")
        #expect(before == after)
    }

    // MARK: Damage in what is consumed

    /// Thirty records in some batches; that of offset 15 gets a wrong byte.
    ///
    /// - Returns: the offsets of the damaged batch.
    private func damageABatch() async throws -> Range<Int> {
        try await newswire.createTopic("t")
        for batch in 0..<3 {
            let lines = (0..<10).map { "value \(batch * 10 + $0)\n" }
            try await newswire.succeed("produce", "t", input: lines.joined())
        }
        let path = newswire.data + "/t-0/00000000000000000000.log"
        let fields = /"position":(\d+),"byteCount":(\d+),"baseOffset":(\d+),"lastOffset":(\d+)/
        for line in try await newswire.succeed("inspect", path).lines {
            let found = try #require(line.firstMatch(of: fields)).output
            let position = try #require(Int(found.1))
            let base = try #require(Int(found.3))
            let last = try #require(Int(found.4))
            guard (base...last).contains(15) else { continue }
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            bytes[position + 62] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return base..<last + 1
        }
        throw CocoaError(.featureUnsupported)
    }

    @Test func `damage stops reading with the exact offsets`() async throws {
        let damaged = try await damageABatch()
        let result = try await newswire.run("consume", "t")
        #expect(result.status == 1)
        #expect(result.lines == (0..<damaged.lowerBound).map { "value \($0)" })
        #expect(result.errorLines.count == 1)
        let offsets = "offsets \(damaged.lowerBound) to \(damaged.upperBound) (exclusive)"
        #expect(result.errors.hasPrefix("newswire: t-0, \(offsets) are damaged: "))
        let json = try await newswire.run("consume", "t", "-o", "json")
        let parsed = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect((parsed as? [Any])?.count == damaged.lowerBound)
    }

    @Test func `damage is skipped if that is wanted, and told`() async throws {
        let damaged = try await damageABatch()
        let result = try await newswire.run("consume", "t", "--skip-damaged")
        #expect(result.status == 1)
        let good = (0..<30).filter { !damaged.contains($0) }
        #expect(result.lines == good.map { "value \($0)" })
        #expect(result.errorLines.count == 1)
        let offsets = "offsets \(damaged.lowerBound) to \(damaged.upperBound) (exclusive)"
        #expect(result.errors.contains("t-0, \(offsets) are damaged: "))
        let behind = try await newswire.succeed("consume", "t", "--from", "\(damaged.upperBound)")
        #expect(behind.lines.count == 30 - damaged.upperBound)
    }
}
