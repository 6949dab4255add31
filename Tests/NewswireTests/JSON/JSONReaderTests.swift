import Newswire
import NewswireLog
import NewswireTesting
import Testing

@Suite struct JSONReaderTests {
    @Test func `the pieces of a text come in order`() throws {
        let text = Array(#" { "a" : [1, -2.5e+3, true], "b":{}, "c":null }"#.utf8)
        #expect(
            try kinds(text) == [
                .beginObject, .name, .beginArray, .number, .number, .boolean(true), .endArray,
                .name, .beginObject, .endObject, .name, .null, .endObject,
            ])
    }

    @Test(
        arguments: [
            "null", "true", "false", "0", "-0", "12", "1.5", "1e9", "1E-9", "-1.25e+10", "\"\"",
            "[]", "{}", "[[],{}]", "\t\r\n []\n", "\"\u{7f}\u{80}\u{10ffff}\"", #""\u0000""#,
            #""\"\\\/\b\f\n\r\t\u20aC\ud83d\uDE00""#,
        ])
    func `a text is accepted`(text: String) throws {
        _ = try kinds(Array(text.utf8))
    }

    static let refusals: [(text: String, reason: JSONFailure.Reason, position: Int)] = [
        ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1", .unexpectedEnd, 2),
        ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5), ("\"a", .unexpectedEnd, 2),
        ("tru", .unexpectedEnd, 3), ("\"\\u12", .unexpectedEnd, 5), ("-", .unexpectedEnd, 1),
        ("1.", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3), ("\"\\", .unexpectedEnd, 2),
        ("[1,]", .unexpectedByte(0x5d), 3), ("{,}", .unexpectedByte(0x2c), 1),
        ("{\"a\":1,}", .unexpectedByte(0x7d), 7), ("{\"a\",1}", .unexpectedByte(0x2c), 4),
        ("{1:2}", .unexpectedByte(0x31), 1), ("[1}", .unexpectedByte(0x7d), 2),
        ("{\"a\":1]", .unexpectedByte(0x5d), 6), ("]", .unexpectedByte(0x5d), 0),
        ("nul!", .unexpectedByte(0x21), 3), ("NaN", .unexpectedByte(0x4e), 0),
        ("+1", .unexpectedByte(0x2b), 0), (".5", .unexpectedByte(0x2e), 0),
        ("'a'", .unexpectedByte(0x27), 0), ("[1 2]", .unexpectedByte(0x32), 3),
        ("\u{feff}1", .unexpectedByte(0xef), 0), ("\u{a0}1", .unexpectedByte(0xc2), 0),
        ("1 2", .trailingByte(0x32), 2), ("{}}", .trailingByte(0x7d), 2),
        ("truex", .trailingByte(0x78), 4), ("01", .badNumber, 0), ("-01", .badNumber, 0),
        ("1.x", .badNumber, 2), ("1ex", .badNumber, 2), ("-x", .badNumber, 1),
        (#""\x""#, .badEscape, 1), (#""\u12g4""#, .badEscape, 1), (#""\U0041""#, .badEscape, 1),
        (#""a\ud800""#, .loneSurrogate, 2), (#""\udc00""#, .loneSurrogate, 1),
        (#""\ud800\n""#, .loneSurrogate, 1), (#""\ud800\ud800""#, .loneSurrogate, 1),
        (#""\ud800x""#, .loneSurrogate, 1), ("\"\n\"", .controlCharacter(10), 1),
        ("\"\0\"", .controlCharacter(0), 1), ("\"12345678\u{1f}\"", .controlCharacter(0x1f), 9),
    ]

    @Test(arguments: refusals)
    func `a text is refused at its byte`(
        text: String, reason: JSONFailure.Reason, position: Int
    ) {
        let failure = JSONFailure(reason, at: position)
        #expect(throws: failure) { try kinds(Array(text.utf8)) }
    }

    @Test(
        arguments: [
            [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80],
            [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80],
            [0xe2, 0x82], [0xc3], [0xf0, 0x9f, 0x98], [0xe2, 0x28, 0xa1], [0xff],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONFailure(.invalidUTF8, at: 1)) { try kinds([quote] + bytes + [quote]) }
        #expect(!isUTF8(bytes))
        #expect(!isUTF8(Array("12345678".utf8) + bytes))
    }

    @Test func `every character of Unicode is UTF-8`() {
        var bytes: [UInt8] = []
        for number in (0...0xd7ff as ClosedRange<UInt32>).map(\.self) + (0xe000...0x10ffff) {
            guard let scalar = Unicode.Scalar(number) else { continue }
            bytes.append(contentsOf: String(Character(scalar)).utf8)
        }
        #expect(isUTF8(bytes))
    }

    @Test func `depth has a limit and no cost in stack`() throws {
        let limit = JSONReader.depthMax
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: limit)
        let closed = deep + [UInt8](repeating: UInt8(ascii: "]"), count: limit)
        #expect(try kinds(closed).count == 2 * limit)
        #expect(throws: JSONFailure(.tooDeep(limit: limit), at: limit)) {
            try kinds(deep + closed)
        }
    }

    @Test func `objects and arrays are told apart at every depth`() throws {
        for depth in [1, 63, 64, 65, 200, 511] {
            let text =
                (0..<depth).map { $0 % 3 == 0 ? "[" : "{\"a\":" }.joined()
                + "1" + (0..<depth).reversed().map { $0 % 3 == 0 ? "]" : "}" }.joined()
            _ = try kinds(Array(text.utf8))
        }
    }

    @Test func `the exact source of a value is kept`() throws {
        let text = Array(#"{"value": {"a" : [1.0,  "x\u0041"] } , "n": 1.50}"#.utf8)
        var reader = JSONReader(text.rawSpan)
        _ = try reader.next()
        _ = try reader.next()
        let first = try #require(try reader.next())
        let range = try reader.range(ofValueFrom: first)
        let source = String(decoding: reader.source(range), as: UTF8.self)
        #expect(source == #"{"a" : [1.0,  "x\u0041"] }"#)
        _ = try reader.next()
        let number = try #require(try reader.next())
        let numberSource = String(
            decoding: reader.source(try reader.range(ofValueFrom: number)), as: UTF8.self)
        #expect(numberSource == "1.50")
    }

    @Test func `escapes stand for their characters`() throws {
        let text = Array(#""\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00.é€😀""#.utf8)
        var reader = JSONReader(text.rawSpan)
        let token = try #require(try reader.next())
        let content = reader.string(of: token)
        #expect(content == "\"\\/\u{8}\u{c}\n\r\té€😀.é€😀")
        let isPlain = reader.plainContent(of: token) != nil
        #expect(!isPlain)
    }

    @Test func `a string without escapes is lent without a copy`() throws {
        let text = Array(#""plain é""#.utf8)
        var reader = JSONReader(text.rawSpan)
        let token = try #require(try reader.next())
        let byteCount = reader.plainContent(of: token)?.byteCount
        #expect(byteCount == text.count - 2)
        let content = reader.string(of: token)
        #expect(content == "plain é")
    }

    @Test(
        arguments: [
            ("0", 0), ("-9223372036854775808", Int64.min), ("9223372036854775807", Int64.max),
            ("9223372036854775808", nil), ("1.0", nil), ("1e3", nil),
        ] as [(String, Int64?)])
    func `an integer is one only within 64 bits`(text: String, integer: Int64?) throws {
        let bytes = Array(text.utf8)
        var reader = JSONReader(bytes.rawSpan)
        let token = try #require(try reader.next())
        let found = reader.integer(of: token)
        #expect(found == integer)
    }

    // Whatever the bytes are, an answer or a failure comes within as many steps as there are bytes.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `random pieces of JSON end in an answer`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "1", "-", ".", "e", "true",
            "null", "\"a\"", " ", "\n", "é",
        ]
        var accepted = 0
        for step in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &random)
            let text = (0..<count).map { _ in
                pieces[Int.random(in: pieces.indices, using: &random)]
            }.joined()
            do {
                let count = try kinds(Array(text.utf8)).count
                #expect(count <= text.utf8.count, "seed \(seed), step \(step): \(text)")
                accepted += 1
            } catch {
                #expect(
                    (0...text.utf8.count).contains(error.position),
                    "seed \(seed), step \(step): \(text)")
            }
        }
        #expect(accepted > 100, "seed \(seed)")
    }

    private func isUTF8(_ bytes: [UInt8]) -> Bool { UTF8Check.isValid(bytes.rawSpan) }

    private func kinds(_ text: [UInt8]) throws(JSONFailure) -> [JSONToken.Kind] {
        var reader = JSONReader(text.rawSpan)
        var kinds: [JSONToken.Kind] = []
        while let token = try reader.next() { kinds.append(token.kind) }
        return kinds
    }
}
