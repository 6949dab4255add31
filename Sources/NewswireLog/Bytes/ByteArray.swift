extension Array where Element == UInt8 {
    /// The elements as bytes, borrowed from the array: what the log's calls take.
    public var rawSpan: RawSpan {
        // Sound: it is the array's own span, and a byte has no other meaning to hide.
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(span.bytes, borrowing: self) }
    }

    /// A copy of `bytes` that may be kept.
    public init(copying bytes: RawSpan) {
        // Sound: copied before the closure ends.
        self = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }

    /// Appends a copy of `bytes`.
    package mutating func append(_ bytes: RawSpan) {
        // Sound: copied before the closure ends.
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends `value`, most significant byte first.
    package mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Appends `value` as a zigzag varint, as ``ByteCursor/readVarint()`` reads it.
    package mutating func append(varint value: Int64) {
        var rest = Varint.zigzag(value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
