/// Sixteen random bytes that name a topic for ever, whatever its name stands for later.
public struct TopicID: Hashable, Sendable, CustomStringConvertible {
    /// The bytes, first half and second half, most significant first.
    let high: UInt64
    let low: UInt64

    /// Makes an id from two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id.
    package static func random() -> TopicID {
        TopicID(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }

    /// Reads Kafka's spelling: 22 characters of URL-safe base64 without padding.
    package init?(_ text: String) {
        guard text.utf8.count == 22 else { return nil }
        var bits: (high: UInt64, low: UInt64) = (0, 0)
        for (number, character) in text.utf8.enumerated() {
            guard let digit = Self.alphabet.firstIndex(of: character) else { return nil }
            // 21 characters hold six bits each, the last one two and four zeros.
            let isLast = number == 21
            guard !isLast || digit & 0xf == 0 else { return nil }
            let width: UInt64 = isLast ? 2 : 6
            bits.high = bits.high << width | bits.low >> (64 - width)
            bits.low = bits.low << width | UInt64(isLast ? digit >> 4 : digit)
        }
        self.init(high: bits.high, low: bits.low)
    }

    /// Kafka's spelling: 22 characters of URL-safe base64 without padding.
    public var description: String {
        var characters: [UInt8] = []
        for number in 0..<21 {
            characters.append(Self.alphabet[Int(bits(at: number * 6, count: 6))])
        }
        characters.append(Self.alphabet[Int(bits(at: 126, count: 2) << 4)])
        return String(decoding: characters, as: UTF8.self)
    }

    private func bits(at start: Int, count: Int) -> UInt64 {
        let shift = 128 - start - count
        let all =
            shift >= 64
            ? high >> (shift - 64) : (shift == 0 ? low : high << (64 - shift) | low >> shift)
        return all & (1 << UInt64(count) - 1)
    }

    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}

/// What tells a partition from one that had its name before.
package struct PartitionIdentity: Hashable, Sendable {
    /// Never reused in a directory.
    package let id: Int64
    package let topicID: TopicID

    package init(id: Int64, topicID: TopicID) {
        self.id = id
        self.topicID = topicID
    }
}
