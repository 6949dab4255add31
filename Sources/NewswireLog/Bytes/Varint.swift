/// Variable-length integers as Kafka's records carry them: zigzag, then seven bits per byte, low
/// ones first.
@usableFromInline
package enum Varint {
    /// How many bytes a 32-bit value takes at most.
    package static let byteCountMax32 = 5
    /// How many bytes a 64-bit value takes at most.
    package static let byteCountMax64 = 10

    /// `value` with its sign in bit 0, so that small negative numbers stay short.
    @inlinable
    @inline(always)  // Two instructions; a call would be four.
    static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    /// The value whose zigzag form is `bits`.
    @inlinable
    @inline(always)  // As above.
    static func unzigzag(_ bits: UInt64) -> Int64 {
        Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    }

    /// How many bytes `value` takes.
    @inlinable
    @inline(always)  // Mostly two comparisons.
    package static func byteCount(_ value: Int64) -> Int { byteCount(zigzag: zigzag(value)) }

    /// How many bytes the value takes whose zigzag form is `bits`.
    @inlinable
    @inline(always)  // As above.
    static func byteCount(zigzag bits: UInt64) -> Int {
        bits < 0x80 ? 1 : bits < 0x4000 ? 2 : longByteCount(bits)
    }

    @usableFromInline
    @inline(never)
    static func longByteCount(_ bits: UInt64) -> Int {
        // Seven bits per byte, rounded up.
        (70 - bits.leadingZeroBitCount) / 7
    }
}
