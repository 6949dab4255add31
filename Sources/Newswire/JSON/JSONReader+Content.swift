internal import NewswireLog

// What tokens of this reader's text stand for. Names and strings were checked when they were read,
// so nothing can fail here but a mistake of ours: a token of another text.
extension JSONReader {
    /// The content of a name or string if it stands in the text as it is (no escape): no copy.
    @_lifetime(copy self)
    package func plainContent(of token: JSONToken) -> RawSpan? {
        token.isEscaped ? nil : text.extracting(contentRange(of: token))
    }

    /// The content of a name or string, its escapes resolved: UTF-8 in any case.
    package func content(of token: JSONToken) -> [UInt8] {
        let range = contentRange(of: token)
        guard token.isEscaped else { return [UInt8](copying: text.extracting(range)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = text.bigEndian(UInt8.self, at: position)
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                position += 1
                continue
            }
            position = appendEscape(at: position, to: &bytes)
        }
        return bytes
    }

    /// The content of a name or string.
    package func string(of token: JSONToken) -> String {
        String(decoding: content(of: token), as: UTF8.self)
    }

    /// The bytes of the text in `range`: of any value, its exact source.
    package func source(_ range: Range<Int>) -> [UInt8] {
        [UInt8](copying: text.extracting(range))
    }

    /// The value of a number that is written as an integer of 64 bits; nil if it is not.
    package func integer(of token: JSONToken) -> Int64? {
        precondition(token.kind == .number, "asked for the integer of \(token)")
        return Int64(String(decoding: source(token.range), as: UTF8.self))
    }

    private func contentRange(of token: JSONToken) -> Range<Int> {
        precondition(
            token.kind == .name || token.kind == .string, "asked for the content of \(token)")
        return token.range.lowerBound + 1..<token.range.upperBound - 1
    }

    /// Appends what the escape at `position` stands for; answers where the text goes on.
    private func appendEscape(at position: Int, to bytes: inout [UInt8]) -> Int {
        let letter = text.bigEndian(UInt8.self, at: position + 1)
        if let byte = JSONBytes.unescaped(letter) {
            bytes.append(byte)
            return position + 2
        }
        let first = unit(at: position + 2)
        guard UTF16.isLeadSurrogate(first) else {
            append(UInt32(first), to: &bytes)
            return position + 6
        }
        let second = unit(at: position + 8)
        append(0x10000 + (UInt32(first & 0x3ff) << 10 | UInt32(second & 0x3ff)), to: &bytes)
        return position + 12
    }

    /// The number that four hexadecimal digits stand for; a string's digits were checked already.
    private func unit(at position: Int) -> UInt16 {
        (0..<4).reduce(0) { unit, digit in
            let byte = text.bigEndian(UInt8.self, at: position + digit)
            return unit << 4 | UInt16(JSONBytes.hexadecimalDigit(byte) ?? 0)
        }
    }

    private func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(scalar) else {
            preconditionFailure("\\u\(String(scalar, radix: 16)) passed the check for surrogates")
        }
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
