/// What single bytes mean in JSON; one table for reading and writing.
enum JSONBytes {
    /// Whether none of eight bytes is a quotation mark, a backslash, a control character or outside
    /// ASCII.
    ///
    /// `(x - 0x01…) & ~x & 0x80…` has a bit set if and only if a byte of x is zero.
    static func arePlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = ones << 7
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let slashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        // All of this wraps by design: a borrow can only come from a byte that is a hit itself.
        let special =
            (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
            | (word &- (ones &* 0x20)) & ~word | word
        return special & tops == 0
    }

    /// The letter behind the backslash of a short escape, and the byte that it stands for.
    private static let shortEscapes: [(letter: UInt8, byte: UInt8)] = [
        (UInt8(ascii: "\""), 0x22), (UInt8(ascii: "\\"), 0x5c), (UInt8(ascii: "/"), 0x2f),
        (UInt8(ascii: "b"), 0x08), (UInt8(ascii: "f"), 0x0c), (UInt8(ascii: "n"), 0x0a),
        (UInt8(ascii: "r"), 0x0d), (UInt8(ascii: "t"), 0x09),
    ]

    /// The byte that a backslash and `letter` stand for; nil if they stand for none.
    static func unescaped(_ letter: UInt8) -> UInt8? {
        shortEscapes.first { $0.letter == letter }?.byte
    }

    /// The letter of the short escape that a writer uses for `byte`; nil if there is none.
    static func escapeLetter(of byte: UInt8) -> UInt8? {
        // A slash may be escaped when it is read, and need not when it is written.
        byte == UInt8(ascii: "/") ? nil : shortEscapes.first { $0.byte == byte }?.letter
    }

    /// Whether a writer escapes `byte`: the control characters with DEL, and what has a meaning.
    static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7f
    }

    /// The digits that a writer uses.
    static let hexadecimalDigits = Array("0123456789abcdef".utf8)

    /// The value of a hexadecimal digit.
    static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
