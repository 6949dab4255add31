/// Why a text is not JSON, and at which byte.
package struct JSONFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// The text ends before its value does.
        case unexpectedEnd
        /// No value, name or separator may begin with this byte here.
        case unexpectedByte(UInt8)
        /// Bytes follow the value.
        case trailingByte(UInt8)
        /// More arrays and objects inside each other than the reader follows.
        case tooDeep(limit: Int)
        /// A number is not written as JSON writes numbers.
        case badNumber
        /// A backslash is not followed by one of its letters, or `\u` not by four hexadecimal
        /// digits.
        case badEscape
        /// Half of a surrogate pair without the other half: no character at all.
        case loneSurrogate
        /// A control character stands in a string as it is, not escaped.
        case controlCharacter(UInt8)
        /// The bytes of a string are not UTF-8.
        case invalidUTF8
    }

    /// What is wrong.
    package let reason: Reason
    /// The byte of the text, from 0, at which it is wrong.
    package let position: Int

    package init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    /// What is wrong and where, without a full stop; bytes are counted from 1, as editors do.
    package var description: String { "\(explanation) at byte \(position + 1)" }

    private var explanation: String {
        switch reason {
        case .unexpectedEnd: "the JSON text ends too early"
        case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
        case .trailingByte(let byte): "unexpected \(Self.name(of: byte)) after the JSON value"
        case .tooDeep(let limit): "more than \(limit) arrays and objects inside each other"
        case .badNumber: "a number that is not JSON"
        case .badEscape: "an escape that is not JSON"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter(let byte): "\(Self.name(of: byte)) in a string that is not escaped"
        case .invalidUTF8: "bytes that are not UTF-8"
        }
    }

    private static func name(of byte: UInt8) -> String {
        guard (0x21...0x7e).contains(byte) else { return "byte 0x\(hexadecimal(byte))" }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 2 ? digits : "0" + digits
    }
}
