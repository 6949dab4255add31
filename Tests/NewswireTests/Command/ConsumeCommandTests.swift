import Foundation
import NewswireTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConsumeCommandTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    /// Ten records in each of two partitions, a second apart, in batches of one.
    private func fill() async throws {
        try await newswire.createTopic("t", partitions: 2)
        for partition in 0..<2 {
            let lines = (0..<10).map {
                #"{"key":"k\#($0)","value":"\#(partition).\#($0)","timestamp":\#($0 * 1000)}"#
                    + "\n"
            }
            try await newswire.succeed(
                "produce", "t", "--input", "jsonl", "--partition", String(partition),
                input: lines.joined())
        }
    }

    static let places: [(options: [String], values: [String])] = [
        (["--partition", "1", "--to", "2"], ["1.0", "1.1"]),
        (["--from", "8"], ["0.8", "0.9", "1.8", "1.9"]), (["--from", "-1"], ["0.9", "1.9"]),
        (["--from", "-0"], []), (["--from", "end"], []), (["--from", "99"], []),
        (["--from", "beginning", "--to", "1"], ["0.0", "1.0"]),
        (["--from", "@8500"], ["0.9", "1.9"]),
        (["--from", "@1970-01-01T00:00:09Z"], ["0.9", "1.9"]),
        (["--from", "@1970-01-01T01:00:09+01:00"], ["0.9", "1.9"]),
        (["--from", "@1970-01-02"], []), (["--from", "@-1h"], []), (["--to", "beginning"], []),
        (["--from", "@8000", "--to", "@8001"], ["0.8", "1.8"]), (["--from", "5", "--to", "5"], []),
        (["--from", "-3", "--to", "-2"], ["0.7", "1.7"]), (["--from", "7", "--to", "3"], []),
        (["--max", "3"], ["0.0", "0.1", "0.2"]), (["--max", "0"], []),
        (["--partition", "1", "--partition", "0", "--from", "-1"], ["0.9", "1.9"]),
        (["--isolation", "uncommitted", "--from", "-1"], ["0.9", "1.9"]),
    ]

    @Test func `reading is from a place to a place`() async throws {
        try await fill()
        for (options, values) in Self.places {
            let result = try await newswire.run(["consume", "t"] + options)
            #expect(result.status == 0)
            #expect(result.lines == values, "\(options)")
            #expect(result.errors == "")
        }
    }

    @Test func `what is gone is passed by and told`() async throws {
        try await fill()
        try await newswire.succeed("topics", "trim", "t", "--before", "9", "--partition", "1")
        let result = try await newswire.succeed("consume", "t", "--from", "8", "--partition", "1")
        #expect(result.output == "1.9\n")
        #expect(
            result.errors
                == "newswire: t-1 begins at offset 9: what came before it is gone\n")
    }

    @Test func `plain output is the value, with more around it if wanted`() async throws {
        try await newswire.createTopic("t")
        try await newswire.succeed(
            "produce", "t", "--input", "jsonl", input: #"{"key":"k","value":null}"# + "\n{}\n")
        #expect(try await newswire.succeed("consume", "t").output == "null\nnull\n")
        let marked = try await newswire.succeed(
            "consume", "t", "--print-key", "--null-marker", "~")
        #expect(marked.output == "k\t~\n~\t~\n")
        let encoded = try await newswire.succeed(
            "consume", "t", "--print-key", "--separator", ",", "--null-marker=", "--encoding",
            "base64")
        #expect(encoded.output == "aw==,\n,\n")
    }

    @Test func `records are written in every format`() async throws {
        try await newswire.createTopic("t")
        try await newswire.succeed(
            "produce", "t", "--input", "jsonl",
            input: #"{"timestamp":0,"key":null,"value":"a,\"b\"\n"}"# + "\n"
                + #"{"timestamp":1,"key":"","valueBase64":"/w==","#
                + #""headers":[{"name":"h","value":"x"}]}"#
        )
        let csv = try await newswire.succeed("consume", "t", "-o", "csv")
        #expect(
            csv.output
                == "topic,partition,offset,timestamp,timestampType,key,keyBase64,value,valueBase64,"
                + "headers\nt,0,0,0,CreateTime,,,\"a,\"\"b\"\"\n\",,\"[]\"\n"
                + #"t,0,1,1,CreateTime,"",,,/w==,"[{""name"":""h"",""value"":""x""}]""# + "\n"
        )
        let json = try await newswire.succeed("consume", "t", "-o", "json")
        let parsed = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect((parsed as? [[String: Any]])?.count == 2)
        #expect(
            try await newswire.succeed("consume", "t", "-o", "json", "--max", "0").output == "[]\n")
        let table = try await newswire.succeed("consume", "t", "-o", "table")
        #expect(table.lines.first?.hasPrefix("TOPIC  PARTITION  OFFSET  TIMESTAMP ") == true)
        // Control characters of the data do not reach the terminal.
        #expect(table.lines[1].contains("a,\"b\"\u{fffd}"))
    }

    @Test func `times set by the log are told apart`() async throws {
        try await newswire.succeed(
            "topics", "create", "t", "--config", "message.timestamp.type=LogAppendTime")
        try await newswire.succeed(
            "produce", "t", "--input", "jsonl", input: #"{"value":"a","timestamp":5}"#)
        let line = try await newswire.succeed("consume", "t", "-o", "jsonl").output
        #expect(line.contains(#""timestampType":"LogAppendTime""#))
        #expect(!line.contains(#""timestamp":5,"#))
    }

    @Test func `output that nobody reads ends silently with 0`() async throws {
        try await newswire.createTopic("t")
        try await newswire.succeed(
            "produce", "t", "--durability", "written",
            input: String(repeating: "some text that fills a pipe\n", count: 50_000))
        let reading = try newswire.start("consume", "t")
        #expect(reading.nextLine() != nil)
        try reading.closeOutput()
        let end = try reading.end()
        #expect(end.status == 0)
        #expect(end.errors == "")
    }

    @Test func `output that was never open ends silently with 0`() throws {
        let command = CommandHarness.executable.path
        #expect(try Shell.run("\(command) --help 2>&1 >&-; echo $?") == "0\n")
        #expect(try Shell.run("\(command) --help 2>&1 >/dev/full; echo $?").hasSuffix("1\n"))
    }

    // MARK: Following

    @Test(arguments: [SIGINT, SIGTERM])
    func `following goes on with what others append, and ends with 0`(signal: Int32) async throws {
        try await newswire.createTopic("t", partitions: 2)
        try await newswire.succeed("produce", "t", "--partition", "0", input: "old\n")
        let following = try newswire.start("consume", "t", "--follow")
        #expect(following.nextLine() == "old")
        try await newswire.succeed("produce", "t", "--partition", "0", input: "new\n")
        #expect(following.nextLine() == "new")
        // The first record of a partition makes its directory.
        try await newswire.succeed("produce", "t", "--partition", "1", input: "other\n")
        #expect(following.nextLine() == "other")
        // A partition that did not exist when following began.
        try await newswire.succeed("topics", "alter", "t", "--partitions", "3")
        try await newswire.succeed("produce", "t", "--partition", "2", input: "third\n")
        #expect(following.nextLine() == "third")
        following.signal(signal)
        #expect(following.nextLine() == nil)
        let end = try following.end()
        #expect(end.status == 0)
        #expect(end.errors == "")
    }

    @Test func `a signal ends following also while it catches up`() async throws {
        try await newswire.createTopic("t")
        let line = String(repeating: "some text that fills a pipe ", count: 10)
        try await newswire.succeed(
            "produce", "t", "--durability", "written",
            input: String(repeating: line + "\n", count: 50_000))
        let following = try newswire.start("consume", "t", "--follow")
        #expect(following.nextLine() == line)
        following.signal(SIGTERM)
        var count = 1
        while following.nextLine() != nil { count += 1 }
        #expect(count < 50_000)
        #expect(try following.end().status == 0)
    }

    @Test func `following sees a writer's lines as they are stored`() async throws {
        try await newswire.createTopic("t")
        let typing = try newswire.start("produce", "t", "--print-acks")
        let following = try newswire.start("consume", "t", "--follow", "-o", "jsonl")
        for number in 0..<20 {
            try typing.type("line \(number)\n")
            #expect(typing.nextLine() != nil)
            #expect(following.nextLine()?.contains(#""value":"line \#(number)""#) == true)
        }
        following.signal(SIGTERM)
        #expect(try following.end().status == 0)
        try typing.endInput()
        #expect(try typing.end().status == 0)
    }

    @Test func `following ends by itself after enough records or at its place`() async throws {
        try await newswire.createTopic("t")
        let byCount = try newswire.start("consume", "t", "--follow", "--max", "2")
        let byPlace = try newswire.start("consume", "t", "--follow", "--to", "3")
        let later = try newswire.start("consume", "t", "--follow", "--from", "2", "--max", "1")
        try await newswire.succeed("produce", "t", input: "a\nb\nc\nd\n")
        #expect(try byCount.end().status == 0)
        #expect(try byPlace.end().status == 0)
        #expect(try later.end().status == 0)
        #expect([byCount.nextLine(), byCount.nextLine(), byCount.nextLine()] == ["a", "b", nil])
        #expect([byPlace.nextLine(), byPlace.nextLine(), byPlace.nextLine()] == ["a", "b", "c"])
        #expect([later.nextLine(), later.nextLine()] == ["c", nil])
    }

    @Test func `following ends when whoever reads is gone`() async throws {
        try await newswire.createTopic("t")
        let following = try newswire.start("consume", "t", "--follow")
        try await newswire.succeed("produce", "t", input: "a\n")
        #expect(following.nextLine() == "a")
        try following.closeOutput()
        let end = try following.end()
        #expect(end.status == 0)
        #expect(end.errors == "")
    }

    @Test func `following a topic that is deleted says so`() async throws {
        try await newswire.createTopic("t")
        let following = try newswire.start("consume", "t", "--follow")
        try await newswire.succeed("produce", "t", input: "a\n")
        #expect(following.nextLine() == "a")
        try await newswire.succeed("topics", "delete", "t", "--yes")
        let end = try following.end()
        #expect(end.status == 1)
        #expect(end.errors.contains("topic t was deleted"))
    }
}
