import Foundation
import NewswireTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProduceCommandTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    @Test func `a line is a value, whatever its bytes`() async throws {
        try await newswire.createTopic("t")
        let input = Data([0x61, 0x0a, 0x0a, 0x62, 0x0d, 0x0a, 0x00, 0xff, 0x0a, 0x63])
        let result = try await newswire.run(["produce", "t"], input: input)
        #expect(result.status == 0)
        let values = try await newswire.succeed("consume", "t", "-o", "jsonl").lines.map {
            try #require($0.firstMatch(of: /"value(?:Base64)?":"([^"]*)"/)).output.1
        }
        #expect(values == ["a", "", #"b\r"#, "AP8=", "c"])
    }

    @Test func `no input is no record`() async throws {
        try await newswire.createTopic("t")
        let result = try await newswire.succeed("produce", "t", "--print-acks")
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("newswire: produced 0 records of 0 B in "))
    }

    @Test func `the summary says how many, how much, how fast and how safe`() async throws {
        try await newswire.createTopic("t")
        let result = try await newswire.succeed(
            "produce", "t", "--durability", "written", input: "abc\ndef\n")
        let says = /produced 2 records of 6 B in .+, \d+ records\/s, acknowledged as written\n$/
        #expect(result.errors.firstMatch(of: says) != nil)
        #expect(try await newswire.succeed("produce", "t", "--quiet", input: "x").errors == "")
    }

    @Test func `a key ends at the first separator`() async throws {
        try await newswire.createTopic("t")
        let result = try await newswire.run(
            "produce", "t", "--key-separator", "::", "--print-acks",
            input: "k::v::w\nno key:here\n::value\nkey::\n")
        #expect(result.status == 1)
        #expect(
            result.lines == [
                #"{"partition":0,"offset":0,"line":1}"#, #"{"partition":0,"offset":1,"line":3}"#,
                #"{"partition":0,"offset":2,"line":4}"#,
            ])
        #expect(result.errorLines.first == "newswire: line 2: the key separator is missing")
        let consumed = try await newswire.succeed(
            "consume", "t", "--print-key", "--separator", "|")
        #expect(consumed.output == "k|v::w\n|value\nkey|\n")
    }

    @Test func `keys go where Kafka's clients send them`() async throws {
        try await newswire.createTopic("t", partitions: 12)
        // By org.apache.kafka.common.utils.Utils.murmur2; see Murmur2Tests.
        let expected = ["a": 4, "ab": 2, "abc": 3, "21": 0, "foobar": 6, "order-4711": 7]
        for (key, partition) in expected {
            let result = try await newswire.succeed(
                "produce", "t", "--key-separator", "=", "--print-acks", input: "\(key)=x\n")
            #expect(result.output.hasPrefix(#"{"partition":\#(partition),"#), "\(key)")
        }
    }

    @Test func `an option's partition wins over the line's, and that over the key`() async throws {
        try await newswire.createTopic("t", partitions: 3)
        let line = #"{"key":"a","value":"x","partition":2}"# + "\n"
        let byLine = try await newswire.succeed(
            "produce", "t", "--input", "jsonl", "--print-acks", input: line)
        #expect(byLine.output == #"{"partition":2,"offset":0,"line":1}"# + "\n")
        let byOption = try await newswire.succeed(
            "produce", "t", "--input", "jsonl", "--partition", "0", "--print-acks", input: line)
        #expect(byOption.output == #"{"partition":0,"offset":0,"line":1}"# + "\n")
    }

    @Test func `a file is read like standard input`() async throws {
        try await newswire.createTopic("t")
        let path = newswire.folder.path("input.txt")
        try "one\ntwo".write(toFile: path, atomically: true, encoding: .utf8)
        try await newswire.succeed("produce", "t", path)
        try await newswire.succeed("produce", "t", "-", input: "three")
        #expect(try await newswire.succeed("consume", "t").output == "one\ntwo\nthree\n")
    }

    @Test func `batches are compressed as asked, else as the topic says`() async throws {
        try await newswire.createTopic("t")
        let text = String(repeating: "the same again and again ", count: 100)
        try await newswire.succeed("produce", "t", "--compression", "gzip", input: text)
        try await newswire.succeed("produce", "t", "--compression", "none", input: text)
        try await newswire.succeed(
            "topics", "alter", "t", "--config", "compression.type=gzip")
        try await newswire.succeed("produce", "t", input: text)
        let batches = try await newswire.succeed("inspect", newswire.data + "/t-0")
        let codecs = batches.lines.compactMap { $0.firstMatch(of: /"codec":"(\w+)"/)?.output.1 }
        #expect(codecs == ["gzip", "none", "gzip"])
        let consumed = try await newswire.succeed("consume", "t")
        #expect(consumed.lines == [text, text, text])
    }

    @Test func `a record that is too large is a malformed line`() async throws {
        try await newswire.succeed(
            "topics", "create", "t", "--config", "max.message.bytes=1000")
        let large = String(repeating: "x", count: 2000)
        let huge = String(repeating: "y", count: 3 << 20)
        let result = try await newswire.run(
            ["produce", "t", "--print-acks"], input: Data("a\n\(large)\n\(huge)\nb\n".utf8))
        #expect(result.status == 1)
        #expect(result.lines.count == 2)
        #expect(result.lines.last == #"{"partition":0,"offset":1,"line":4}"#)
        #expect(result.errorLines[0].hasPrefix("newswire: line 2: "))
        #expect(result.errorLines[0].contains("max.message.bytes, which is 1000"))
        #expect(result.errorLines[1] == "newswire: line 3: it is longer than 1048576 bytes")
        #expect(try await newswire.succeed("consume", "t").output == "a\nb\n")
    }

    @Test func `a new directory is made with its topic, and only then`() async throws {
        let result = try await newswire.succeed("produce", "t", input: "a\n")
        #expect(result.errors.contains("created topic t with 1 partition in a new directory"))
        #expect(try await newswire.succeed("consume", "t").output == "a\n")
        let second = try await newswire.run("produce", "u", input: "a\n")
        #expect(second.status == 1)
        #expect(second.errors.contains("there is no topic u"))
    }

    @Test func `acknowledgements name every line once`() async throws {
        try await newswire.createTopic("t", partitions: 4)
        let count = 5_000
        let input = (0..<count).map { "\($0 % 97)=value \($0)\n" }.joined()
        let result = try await newswire.succeed(
            "produce", "t", "--key-separator", "=", "--print-acks", "--durability", "written",
            input: input)
        var lineNumbers: Set<Int> = []
        var nextOffsets = [0, 0, 0, 0]
        for line in result.lines {
            let found = try #require(
                line.wholeMatch(of: /\{"partition":(\d),"offset":(\d+),"line":(\d+)\}/))
            let partition = try #require(Int(found.output.1))
            #expect(Int(found.output.2) == nextOffsets[partition])
            nextOffsets[partition] += 1
            lineNumbers.insert(try #require(Int(found.output.3)))
        }
        #expect(lineNumbers == Set(1...count))
    }

    // MARK: While it runs

    @Test func `a typed line is stored at once`() async throws {
        try await newswire.createTopic("t")
        let typing = try newswire.start("produce", "t", "--print-acks")
        try typing.type("first\n")
        #expect(typing.nextLine() == #"{"partition":0,"offset":0,"line":1}"#)
        #expect(try await newswire.succeed("consume", "t").output == "first\n")
        try typing.type("second\nunfinished")
        #expect(typing.nextLine() == #"{"partition":0,"offset":1,"line":2}"#)
        try typing.endInput()
        #expect(typing.nextLine() == #"{"partition":0,"offset":2,"line":3}"#)
        #expect(try typing.end().status == 0)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `a signal ends reading, not the acknowledgements`(
        signal: Int32, status: Int32
    ) async throws {
        try await newswire.createTopic("t")
        let typing = try newswire.start("produce", "t", "--print-acks")
        try typing.type("one\ntwo\nhalf a li")
        #expect(typing.nextLine() == #"{"partition":0,"offset":0,"line":1}"#)
        typing.signal(signal)
        #expect(typing.nextLine() == #"{"partition":0,"offset":1,"line":2}"#)
        #expect(typing.nextLine() == nil)
        let end = try typing.end()
        #expect(end.status == status)
        #expect(end.errors.contains("produced 2 records"))
        #expect(try await newswire.succeed("consume", "t").output == "one\ntwo\n")
        #expect(try await newswire.succeed("recover").errors.contains("closed in order"))
    }

    @Test func `a second signal ends at once`() async throws {
        try await newswire.createTopic("t")
        let typing = try newswire.start("produce", "t", "--print-acks", "--durability", "written")
        // More acknowledgements than a pipe holds, and nobody reads them: finishing would last.
        try typing.type(String(repeating: "x\n", count: 10_000))
        #expect(typing.nextLine() != nil)
        // In this order they are also taken if both wait: the lower number comes first.
        typing.signal(SIGINT)
        typing.signal(SIGTERM)
        #expect(try typing.end().status == 143)
    }

    @Test func `work is finished when nobody reads the acknowledgements`() async throws {
        try await newswire.createTopic("t")
        let typing = try newswire.start("produce", "t", "--print-acks")
        try typing.type("one\n")
        #expect(typing.nextLine() != nil)
        try typing.closeOutput()
        try typing.type("two\nthree\n")
        try typing.endInput()
        #expect(try typing.end().status == 1)
        #expect(try await newswire.succeed("consume", "t").output == "one\ntwo\nthree\n")
    }
}
