internal import NewswireLog

/// Writes JSON text into a byte buffer: compact, with commas where they belong.
///
/// It writes what it is told in that order: whether names and values alternate is the caller's
/// part.
package struct JSONWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    // Whether the next name or value follows another one.
    private var needsComma = false

    package init() {}

    /// Forgets what was written, keeps the memory.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    // MARK: Structure

    package mutating func beginObject() { open(UInt8(ascii: "{")) }

    package mutating func endObject() { close(UInt8(ascii: "}")) }

    package mutating func beginArray() { open(UInt8(ascii: "[")) }

    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the member whose value comes next.
    package mutating func name(_ name: String) {
        writeComma()
        writeQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Ends a line of JSON lines: the next value is one of its own.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    // MARK: Values

    package mutating func string(_ string: String) {
        writeComma()
        writeQuoted(string)
    }

    /// A string from bytes that are known to be UTF-8.
    package mutating func string(utf8: RawSpan) {
        writeComma()
        writeQuoted(utf8)
    }

    package mutating func integer(_ integer: some BinaryInteger) {
        writeComma()
        bytes.append(contentsOf: String(integer).utf8)
    }

    /// A number; one that JSON cannot write (infinite or none) is null.
    package mutating func number(_ number: Double) {
        guard number.isFinite else { return null() }
        writeComma()
        bytes.append(contentsOf: number.description.utf8)
    }

    package mutating func boolean(_ boolean: Bool) {
        writeComma()
        bytes.append(contentsOf: (boolean ? "true" : "false").utf8)
    }

    package mutating func null() {
        writeComma()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A value whose JSON text is there already.
    package mutating func value(_ text: RawSpan) {
        writeComma()
        bytes.append(text)
    }

    // MARK: Bytes

    private mutating func writeComma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        writeComma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func writeQuoted(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 { writeInString(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeQuoted(_ utf8: RawSpan) {
        bytes.append(UInt8(ascii: "\""))
        var written = 0
        var position = 0
        while position < utf8.byteCount {
            guard JSONBytes.mustBeEscaped(utf8.bigEndian(UInt8.self, at: position)) else {
                position += 1
                continue
            }
            bytes.append(utf8.extracting(written..<position))
            writeInString(utf8.bigEndian(UInt8.self, at: position))
            position += 1
            written = position
        }
        bytes.append(utf8.extracting(written..<position))
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeInString(_ byte: UInt8) {
        guard JSONBytes.mustBeEscaped(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        if let letter = JSONBytes.escapeLetter(of: byte) { return bytes.append(letter) }
        bytes.append(contentsOf: "u00".utf8)
        bytes.append(JSONBytes.hexadecimalDigits[Int(byte >> 4)])
        bytes.append(JSONBytes.hexadecimalDigits[Int(byte & 15)])
    }
}
