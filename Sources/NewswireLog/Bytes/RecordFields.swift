/// One record on its way into a batch: what it consists of, and how large that is encoded.
package struct RecordFields: ~Escapable {
    let timestampDelta: Int64
    let offsetDelta: Int64
    let key: RawSpan?
    let value: RawSpan?
    let headers: HeaderBlock
    /// The size of everything behind the length.
    let bodyByteCount: Int

    /// Measures a record. Sizes beyond 32 bits are for the caller to refuse: ``byteCount`` tells.
    @inline(__always)  // Once per record, and the parts are at hand.
    @_lifetime(copy key, copy value, copy headers)
    package init(
        deltas: (timestamp: Int64, offset: Int64), key: RawSpan?, value: RawSpan?,
        headers: HeaderBlock
    ) {
        timestampDelta = deltas.timestamp
        offsetDelta = deltas.offset
        self.key = key
        self.value = value
        self.headers = headers
        // No sum overflows: lengths in memory have 48 bits.
        bodyByteCount =
            1 &+ Varint.byteCount(deltas.timestamp) &+ Varint.byteCount(deltas.offset)
            &+ Self.byteCount(key) &+ Self.byteCount(value)
            &+ Varint.byteCount(Int64(headers.count)) &+ headers.bytes.byteCount
    }

    /// The size of the whole record, its length included.
    package var byteCount: Int { Varint.byteCount(Int64(bodyByteCount)) &+ bodyByteCount }

    @inline(__always)  // As above.
    private static func byteCount(_ bytes: RawSpan?) -> Int {
        guard let bytes else { return 1 }
        return Varint.byteCount(Int64(bytes.byteCount)) &+ bytes.byteCount
    }
}

/// Headers in their encoded form, without the count that stands before them.
package struct HeaderBlock: ~Escapable {
    let count: Int
    let bytes: RawSpan

    @_lifetime(copy bytes)
    package init(count: Int, bytes: RawSpan) {
        self.count = count
        self.bytes = bytes
    }
}

extension PageBuffer {
    /// Writes `record` at `position`; there has to be room for its ``RecordFields/byteCount``.
    /// - Returns: the position behind it.
    mutating func write(_ record: RecordFields, at position: Int) -> Int {
        precondition(
            position >= 0 && record.byteCount <= byteCapacity &- position, "no room for a record")
        // Sound: exactly `byteCount` bytes are written, and there is room for them. One pointer in a
        // register instead of a position in memory halves the time.
        var target = unsafe start + position
        unsafe target = Self.put(Int64(record.bodyByteCount), at: target)
        unsafe target.storeBytes(of: 0, as: UInt8.self)  // The attributes: none exist.
        unsafe target = Self.put(record.timestampDelta, at: target + 1)
        unsafe target = Self.put(record.offsetDelta, at: target)
        unsafe target = Self.put(record.key, at: target)
        unsafe target = Self.put(record.value, at: target)
        unsafe target = Self.put(Int64(record.headers.count), at: target)
        unsafe target = Self.copy(record.headers.bytes, to: target)
        return unsafe target - start
    }

    @inline(__always)  // Two per record; they are mostly one branch and one copy.
    private static func put(
        _ bytes: RawSpan?, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        guard let bytes else { return unsafe put(-1, at: target) }
        let start = unsafe put(Int64(bytes.byteCount), at: target)
        return unsafe copy(bytes, to: start)
    }

    @inline(__always)  // As above.
    private static func copy(
        _ bytes: RawSpan, to target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        unsafe bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return unsafe target }
            unsafe target.copyMemory(from: address, byteCount: source.count)
            return unsafe target + source.count
        }
    }

    @inline(__always)  // Six per record; nearly all take one or two bytes.
    private static func put(
        _ value: Int64, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        let bits = Varint.zigzag(value)
        if bits < 0x80 {
            unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
            return unsafe target + 1
        }
        if bits < 0x4000 {
            let pair = UInt16(truncatingIfNeeded: (bits & 0x7f) | 0x80 | ((bits >> 7) << 8))
            unsafe target.storeBytes(of: pair.littleEndian, as: UInt16.self)
            return unsafe target + 2
        }
        return unsafe putLong(bits, at: target)
    }

    @inline(never)
    private static func putLong(
        _ bits: UInt64, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var rest = bits
        var target = unsafe target
        while rest >= 0x80 {
            unsafe target.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            unsafe target += 1
            rest >>= 7
        }
        unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        return unsafe target + 1
    }
}
