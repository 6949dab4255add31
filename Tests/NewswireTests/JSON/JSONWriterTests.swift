import Newswire
import NewswireLog
import NewswireTesting
import Testing

@Suite struct JSONWriterTests {
    @Test func `commas stand between members and elements only`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.integer(-1)
        writer.name("b")
        writer.beginArray()
        writer.null()
        writer.boolean(true)
        writer.beginArray()
        writer.endArray()
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.name("c")
        writer.string("x")
        writer.name("d")
        writer.number(1.5)
        writer.name("e")
        writer.number(.infinity)
        writer.endObject()
        writer.endLine()
        writer.integer(UInt64.max)
        #expect(
            text(writer)
                == #"{"a":-1,"b":[null,true,[],{}],"c":"x","d":1.5,"e":null}"#
                + "\n18446744073709551615")
    }

    @Test func `control characters are escaped and nothing else is`() {
        var writer = JSONWriter()
        writer.string("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f} é€😀\u{2028}")
        let escaped = #""\"\\/\b\f\n\r\t\u0000\u001f\u007f é€😀"# + "\u{2028}\""
        #expect(text(writer) == escaped)
        var fromBytes = JSONWriter()
        let bytes = Array("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f} é€😀\u{2028}".utf8)
        fromBytes.string(utf8: bytes.rawSpan)
        #expect(fromBytes.bytes == writer.bytes)
    }

    @Test func `a writer that was reset begins anew`() {
        var writer = JSONWriter()
        writer.integer(1)
        writer.reset()
        writer.integer(2)
        #expect(text(writer) == "2")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a string reads back what was written`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<2_000 {
            let scalars = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(
                        in: 0...(Bool.random(using: &random) ? 0x7f : 0x10ffff), using: &random))
            }
            let string = scalars.map { String(Character($0)) }.joined()
            var writer = JSONWriter()
            writer.string(string)
            var reader = JSONReader(writer.bytes.rawSpan)
            let token = try #require(try reader.next())
            let content = reader.content(of: token)
            #expect(content == Array(string.utf8), "seed \(seed), step \(step)")
        }
    }

    private func text(_ writer: JSONWriter) -> String {
        String(decoding: writer.bytes, as: UTF8.self)
    }
}
