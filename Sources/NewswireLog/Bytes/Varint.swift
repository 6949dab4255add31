/// Variable-length integers as Kafka's records carry them: zigzag, then seven bits per byte, low ones
/// first.
package enum Varint {
    /// How many bytes a 32-bit value takes at most.
    package static let byteCountMax32 = 5
    /// How many bytes a 64-bit value takes at most.
    package static let byteCountMax64 = 10

    /// `value` with its sign in bit 0, so that small negative numbers stay short.
    @inline(__always)  // Two instructions; a call would be four.
    static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    /// The value whose zigzag form is `bits`.
    @inline(__always)  // As above.
    static func unzigzag(_ bits: UInt64) -> Int64 {
        Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    }

    /// How many bytes `value` takes.
    package static func byteCount(_ value: Int64) -> Int {
        let bits = zigzag(value)
        // Cannot overflow: at most 63 leading zeros, because of `| 1`.
        return bits < 0x80 ? 1 : (70 &- (bits | 1).leadingZeroBitCount) / 7
    }
}
