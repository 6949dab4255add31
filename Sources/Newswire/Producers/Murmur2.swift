internal import NewswireLog

/// The hash by which Kafka's clients choose a partition for a key: 32-bit MurmurHash2, Kafka's
/// seed.
///
/// Keys that any Kafka client hashes here must land in the same partition, so nothing of it may
/// change.
package enum Murmur2 {
    private static let seed: UInt32 = 0x9747_b28c
    private static let multiplier: UInt32 = 0x5bd1_e995

    /// The hash of `bytes`, as `org.apache.kafka.common.utils.Utils.murmur2` computes it.
    package static func hash(_ bytes: RawSpan) -> UInt32 {
        // The arithmetic wraps by definition.
        var hash = seed ^ UInt32(truncatingIfNeeded: bytes.byteCount)
        let wordsEnd = bytes.byteCount & ~3
        var position = 0
        while position < wordsEnd {
            var word = bytes.bigEndian(UInt32.self, at: position).byteSwapped &* multiplier
            word ^= word >> 24
            hash = (hash &* multiplier) ^ (word &* multiplier)
            position &+= 4
        }
        if wordsEnd < bytes.byteCount {
            for position in (wordsEnd..<bytes.byteCount).reversed() {
                let byte = UInt32(bytes.bigEndian(UInt8.self, at: position))
                hash ^= byte << UInt32(8 * (position - wordsEnd))
            }
            hash = hash &* multiplier
        }
        hash = (hash ^ hash >> 13) &* multiplier
        return hash ^ hash >> 15
    }
}
