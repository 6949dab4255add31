import Foundation
import Testing

/// Records as lines of JSON, both ways, to the byte.
@Suite(.timeLimit(.minutes(2))) struct RecordLineTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    /// Produces lines to a topic of one partition and consumes them again.
    private func roundTrip(_ lines: [String], _ options: String...) async throws -> [String] {
        try await newswire.createTopic("t")
        try await newswire.succeed(
            "produce", "t", "--input", "jsonl", input: lines.map { $0 + "\n" }.joined())
        let result = try await newswire.run(["consume", "t", "-o", "jsonl"] + options)
        #expect(result.status == 0)
        #expect(result.errors == "")
        return result.lines
    }

    @Test func `all fields are there, in their order`() async throws {
        let lines = try await roundTrip([
            #"{"timestamp":5,"key":"k","value":"v","headers":[{"name":"a","value":"b"}]}"#,
            #"{"timestamp":-1}"#,
        ])
        #expect(
            lines == [
                #"{"topic":"t","partition":0,"offset":0,"timestamp":5,"#
                    + #""timestampType":"CreateTime","key":"k","value":"v","#
                    + #""headers":[{"name":"a","value":"b"}]}"#,
                #"{"topic":"t","partition":0,"offset":1,"timestamp":-1,"#
                    + #""timestampType":"CreateTime","key":null,"value":null,"headers":[]}"#,
            ])
    }

    /// What stands for a key, value or header value in a line, and in the line that is read back.
    static let values: [(written: String, read: String)] = [
        (#""""#, #""""#), ("null", "null"), (#""null""#, #""null""#), ("1.50", #""1.50""#),
        ("-0", #""-0""#), ("1e3", #""1e3""#), ("true", #""true""#), ("false", #""false""#),
        (#"{"a" : [1,2 ]}"#, #""{\"a\" : [1,2 ]}""#), ("[ ]", #""[ ]""#),
        (#"{"x":"\u00e9"}"#, #""{\"x\":\"\\u00e9\"}""#), (#""\u00e9\ud83d\ude00""#, "\"é😀\""),
        (#""\u0000\u001f\t\n\r\b\f\"\\\/""#, #""\u0000\u001f\t\n\r\b\f\"\\/""#),
        ("\"\u{7f}\u{2028}\"", "\"\\u007f\u{2028}\""), (#""{\"a\":1}""#, #""{\"a\":1}""#),
    ]

    @Test func `values of any kind are the exact bytes of their text`() async throws {
        let lines = try await roundTrip(
            Self.values.map {
                #"{"timestamp":0,"key":\#($0.written),"value":\#($0.written),"#
                    + #""headers":[{"name":"h","value":\#($0.written)}]}"#
            })
        try #require(lines.count == Self.values.count)
        for (line, value) in zip(lines, Self.values) {
            #expect(
                line.hasSuffix(
                    #""key":\#(value.read),"value":\#(value.read),"#
                        + #""headers":[{"name":"h","value":\#(value.read)}]}"#),
                "\(value.written)")
        }
    }

    @Test func `bytes that are no text stand in base64 in their place`() async throws {
        let line =
            #"{"timestamp":0,"keyBase64":"/w==","valueBase64":"AP8=","#
            + #""headers":[{"nameBase64":"gA==","value":null},{"name":"n","valueBase64":"wIA="}]}"#
        let start =
            #"{"topic":"t","partition":0,"offset":0,"timestamp":0,"timestampType":"CreateTime","#
        #expect(
            try await roundTrip([line]) == [
                start + #""keyBase64":"/w==","valueBase64":"AP8=","headers":["#
                    + #"{"nameBase64":"gA==","value":null},{"name":"n","valueBase64":"wIA="}]}"#
            ])
        let forced = try await newswire.succeed(
            "consume", "t", "-o", "jsonl", "--encoding", "base64")
        #expect(
            forced.lines == [
                start + #""keyBase64":"/w==","valueBase64":"AP8=","headers":["#
                    + #"{"nameBase64":"gA==","valueBase64":null},"#
                    + #"{"nameBase64":"bg==","valueBase64":"wIA="}]}"#
            ])
    }

    @Test func `base64 for all includes nulls and texts`() async throws {
        let lines = try await roundTrip(
            [#"{"timestamp":0,"key":"a"}"#, #"{"timestamp":0,"value":""}"#],
            "--encoding", "base64")
        #expect(lines[0].hasSuffix(#""keyBase64":"YQ==","valueBase64":null,"headers":[]}"#))
        #expect(lines[1].hasSuffix(#""keyBase64":null,"valueBase64":"","headers":[]}"#))
    }

    @Test(arguments: ["utf8", "base64"])
    func `what is consumed and produced again is the same`(encoding: String) async throws {
        try await newswire.createTopic("t", partitions: 3)
        try await newswire.createTopic("u", partitions: 3)
        let bytes = (0...255).map { String(format: "%02x", $0) }.joined()
        let all = try #require(Data(hexadecimal: bytes)).base64EncodedString()
        let lines = (0..<30).map { number in
            #"{"key":"k\#(number)","valueBase64":"\#(all)","timestamp":\#(number),"#
                + #""headers":[{"name":"","value":"é"},{"name":"n","value":null}]}"#
        }
        try await newswire.succeed(
            "produce", "t", "--input", "jsonl", input: lines.joined(separator: "\n"))
        let first = try await newswire.succeed(
            "consume", "t", "-o", "jsonl", "--encoding", encoding)
        try await newswire.succeed(
            "produce", "u", "--input", "jsonl",
            input: first.output.replacing(#"{"topic":"t""#, with: #"{"topic":"u""#))
        let second = try await newswire.succeed(
            "consume", "u", "-o", "jsonl", "--encoding", encoding)
        #expect(first.lines.count == 30)
        #expect(second.output.replacing(#"{"topic":"u""#, with: #"{"topic":"t""#) == first.output)
    }

    // MARK: Malformed lines

    static let malformed: [(line: String, reason: String)] = [
        ("", "the JSON text ends too early at byte 1"),
        ("nonsense", "unexpected 'o' at byte 2"), ("[]", "the line is not a JSON object"),
        (#""text""#, "the line is not a JSON object"), ("7", "the line is not a JSON object"),
        (#"{"value":"a"} x"#, "unexpected 'x' after the JSON value at byte 15"),
        (#"{"value":"a""#, "the JSON text ends too early at byte 13"),
        (#"{"value":"a",}"#, "unexpected '}' at byte 14"), (#"{'value':1}"#, "unexpected ''' at"),
        (#"{"value":01}"#, "a number that is not JSON at byte 10"),
        (#"{"value":"\ud800"}"#, "half of a surrogate pair at byte 11"),
        (#"{"value":"\udc00\ud800"}"#, "half of a surrogate pair at byte 11"),
        (#"{"key\ud800":1}"#, "half of a surrogate pair at byte 6"),
        ("{\"value\":\"a\tb\"}", "byte 0x09 in a string that is not escaped at byte 12"),
        (#"{"value":"a","value":"b"}"#, "'value' is there twice"),
        (#"{"value":"a","v\u0061lue":"b"}"#, "'value' is there twice"),
        (#"{"offset":1,"offset":1}"#, "'offset' is there twice"),
        (#"{"valu":"a"}"#, "a record has no 'valu'; did you mean 'value'?"),
        (#"{"VALUE":"a"}"#, "a record has no 'VALUE'"), (#"{"":1}"#, "a record has no ''"),
        (#"{"key":"a","keyBase64":"YQ=="}"#, "both 'key' and 'keyBase64' are there"),
        (#"{"valueBase64":null,"value":null}"#, "both 'valueBase64' and 'value' are there"),
        (#"{"keyBase64":"YQ="}"#, "'keyBase64' is not base64"),
        (#"{"keyBase64":"YR=="}"#, "'keyBase64' is not base64"),
        (#"{"keyBase64":"Y Q=="}"#, "'keyBase64' is not base64"),
        (#"{"valueBase64":"_w=="}"#, "'valueBase64' is not base64"),
        (#"{"valueBase64":7}"#, "'valueBase64' is neither a string nor null"),
        (#"{"topic":"u"}"#, "'topic' is 'u', and the records go to 't'"),
        (#"{"topic":null}"#, "'topic' is not a string"),
        (#"{"partition":"0"}"#, "'partition' is not a whole number from 0 on"),
        (#"{"partition":-1}"#, "'partition' is not a whole number from 0 on"),
        (#"{"partition":0.0}"#, "'partition' is not a whole number from 0 on"),
        (#"{"partition":3}"#, "'partition' is 3, and t has partitions 0 to 2"),
        (#"{"timestamp":-2}"#, "'timestamp' is not a whole number from -1 on"),
        (#"{"timestamp":1e3}"#, "'timestamp' is not a whole number from -1 on"),
        (#"{"timestamp":"5"}"#, "'timestamp' is not a whole number from -1 on"),
        (#"{"timestamp":9223372036854775808}"#, "'timestamp' is not a whole number from -1 on"),
        (#"{"headers":{}}"#, "'headers' is not an array"),
        (#"{"headers":[1]}"#, "a header is not an object"),
        (#"{"headers":[{"value":"a"}]}"#, "a header has no name"),
        (#"{"headers":[{"name":null}]}"#, "a header's name is not a string"),
        (#"{"headers":[{"nameBase64":null}]}"#, "a header has no name"),
        (#"{"headers":[{"name":"a","nameBase64":"YQ=="}]}"#, "both 'name' and 'nameBase64'"),
        (#"{"headers":[{"name":"a","value":1,"value":2}]}"#, "'value' is there twice"),
        (#"{"headers":[{"name":"a","key":1}]}"#, "a header has no 'key'"),
    ]

    @Test func `malformed lines are reported by number and skipped`() async throws {
        try await newswire.createTopic("t", partitions: 3)
        let input = Self.malformed.map {
            $0.line + "\n" + #"{"value":"good","partition":2}"# + "\n"
        }
        let result = try await newswire.run(
            ["produce", "t", "--input", "jsonl", "--print-acks"], input: Data(input.joined().utf8))
        #expect(result.status == 1)
        #expect(result.output.contains(#"{"partition":2,"offset":0,"line":2}"#))
        let errors = result.errorLines
        try #require(errors.count == Self.malformed.count + 1)
        for (number, case_) in Self.malformed.enumerated() {
            let start = "newswire: line \(2 * number + 1): "
            #expect(errors[number].hasPrefix(start + case_.reason), "\(case_.line)")
        }
        #expect(errors.last?.contains("\(Self.malformed.count) lines were malformed") == true)
        let stored = try await newswire.succeed("consume", "t")
        #expect(stored.lines == Array(repeating: "good", count: Self.malformed.count))
    }

    @Test func `bytes that are not UTF-8 are malformed`() async throws {
        try await newswire.createTopic("t")
        let line = Data(#"{"value":""#.utf8) + Data([0xc0, 0x80]) + Data(#""}"#.utf8)
        let result = try await newswire.run(["produce", "t", "--input", "jsonl"], input: line)
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("newswire: line 1: bytes that are not UTF-8 at byte 11"))
    }

    @Test func `unknown depth is no reason to fall over`() async throws {
        try await newswire.createTopic("t")
        let deep = #"{"value":"# + String(repeating: "[", count: 100_000)
        let result = try await newswire.run("produce", "t", "--input", "jsonl", input: deep)
        #expect(result.status == 1)
        #expect(
            result.errors.contains("line 1: more than 512 arrays and objects inside each other"))
    }

    @Test func `strict stops at the first malformed line, after what came before`() async throws {
        try await newswire.createTopic("t")
        let result = try await newswire.run(
            ["produce", "t", "--input", "jsonl", "--strict", "--print-acks"],
            input: Data("{\"value\":\"a\"}\nx\n{\"value\":\"b\"}\n".utf8))
        #expect(result.status == 1)
        #expect(result.output == "{\"partition\":0,\"offset\":0,\"line\":1}\n")
        #expect(try await newswire.succeed("consume", "t").output == "a\n")
    }

    @Test func `what a line may leave out or say for nothing`() async throws {
        let lines = try await roundTrip([
            "{}",
            #" { "offset" : "x" , "timestampType" : [ {} ] , "timestamp" : 7, "topic":"t" } "#
                + "\r",
            #"{"timestamp":7,"headers":null,"partition":null,"key":null}"#,
        ])
        #expect(lines.count == 3)
        #expect(lines[1].contains(#""timestamp":7,"#))
        #expect(lines[2].hasSuffix(#""key":null,"value":null,"headers":[]}"#))
        let milliseconds = Date().timeIntervalSince1970 * 1000
        let found = try #require(lines[0].firstMatch(of: /"timestamp":(\d+)/))
        let stored = try #require(Double(found.output.1))
        #expect(abs(milliseconds - stored) < 60_000)
    }
}

extension Data {
    /// The bytes that pairs of hexadecimal digits stand for.
    fileprivate init?(hexadecimal text: String) {
        var bytes: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        self.init(bytes)
    }
}
