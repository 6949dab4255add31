/// What stays the same of a topic while its name may be reused: 128 random bits.
@frozen
public struct TopicID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Makes an id from its two halves.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id.
    public static func random() -> TopicID {
        TopicID(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }

    /// The id as Kafka writes it: 22 characters of base64 with `-` and `_`, without padding.
    public var description: String {
        var text = [UInt8]()
        text.reserveCapacity(22)
        // 21 groups of six bits, and the last two bits with four zeros behind them.
        for group in 0..<22 { text.append(Self.alphabet[sixBits(at: 6 * group)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads an id as Kafka writes it; nil for any other text.
    public init?(_ text: String) {
        guard text.utf8.count == 22 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (group, letter) in text.utf8.enumerated() {
            guard let index = Self.alphabet.firstIndex(of: letter) else { return nil }
            // The last letter carries two bits; its other four are zeros.
            let width: UInt64 = group == 21 ? 2 : 6
            high = high << width | low >> (64 - width)
            low = low << width | UInt64(index) >> (6 - width)
        }
        self.init(high: high, low: low)
        guard description == text else { return nil }
    }

    private func sixBits(at bit: Int) -> Int {
        let bits: UInt64
        if bit < 64 {
            bits = high << UInt64(bit) | (bit > 0 ? low >> UInt64(64 - bit) : 0)
        } else {
            bits = low << UInt64(bit - 64)
        }
        return Int(bits >> 58)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
