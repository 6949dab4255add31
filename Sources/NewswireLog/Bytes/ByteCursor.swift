/// Why bytes could not be read as what they should be; positions count from the cursor's first
/// byte.
package enum ByteFailure: Error, Hashable, Sendable {
    /// The bytes end before the value that begins at the position does.
    case truncated(at: Int)
    /// The variable-length integer at the position is longer than its type.
    case badVarint(at: Int)
    /// The length at the position is negative.
    case badLength(at: Int)
}

/// Reads untrusted bytes front to back; a failed read moves nothing.
package struct ByteCursor: ~Escapable, BitwiseCopyable {
    /// All of the bytes, those before `position` included.
    package let bytes: RawSpan
    /// How many bytes were read.
    package private(set) var position = 0

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) { self.bytes = bytes }

    /// How many bytes are left.
    package var remainingByteCount: Int { bytes.byteCount - position }

    /// The next integer, most significant byte first.
    @_lifetime(self: copy self)
    package mutating func readInteger<T: BitwiseCopyable & FixedWidthInteger>(
        _ type: T.Type
    ) throws(ByteFailure) -> T {
        let byteCount = T.bitWidth / 8
        guard byteCount <= remainingByteCount else { throw .truncated(at: position) }
        defer { position += byteCount }
        return bytes.bigEndian(type, at: position)
    }

    /// The next `byteCount` bytes, borrowed from what the cursor reads; a negative count fails.
    @_lifetime(copy self)
    package mutating func readBytes(_ byteCount: Int) throws(ByteFailure) -> RawSpan {
        guard byteCount >= 0 else { throw .badLength(at: position) }
        guard byteCount <= remainingByteCount else { throw .truncated(at: position) }
        let start = position
        position += byteCount
        return bytes.extracting(start..<position)
    }

    /// The next zigzag varint of at most 64 bits.
    @_lifetime(self: copy self)
    package mutating func readVarint() throws(ByteFailure) -> Int64 {
        Varint.unzigzag(try readUnsignedVarint(byteCountMax: Varint.byteCountMax64))
    }

    /// The next zigzag varint of at most 32 bits.
    @_lifetime(self: copy self)
    package mutating func readVarint32() throws(ByteFailure) -> Int32 {
        let start = position
        let value = Varint.unzigzag(try readUnsignedVarint(byteCountMax: Varint.byteCountMax32))
        guard let small = Int32(exactly: value) else {
            position = start
            throw .badVarint(at: start)
        }
        return small
    }

    /// The next varint without a sign, of at most `byteCountMax` bytes; bits beyond 64 fail.
    @_lifetime(self: copy self)
    package mutating func readUnsignedVarint(byteCountMax: Int) throws(ByteFailure) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<byteCountMax {
            guard index < remainingByteCount else { throw .truncated(at: position) }
            let byte = bytes.bigEndian(UInt8.self, at: position + index)
            // The tenth byte has room for one bit only.
            guard index < 9 || byte <= 1 else { throw .badVarint(at: position) }
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            guard byte >= 0x80 else {
                position += index + 1
                return value
            }
        }
        throw .badVarint(at: position)
    }
}
