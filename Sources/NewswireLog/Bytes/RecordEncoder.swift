/// Writes one record into a ``PageBuffer``: the unsafe half of ``RecordBatchBuilder``.
///
/// All of it is in line in the loop that appends, where most parts are constant or known to be
/// short: a call that passes the parts through memory would cost twice what encoding does. For the
/// same reason the key and value are arguments and not fields: a struct of spans is kept in memory.
@usableFromInline
package struct RecordEncoder {
    @usableFromInline let timestampDelta: Int64
    // Neither is ever negative.
    @usableFromInline let offsetDelta: Int
    @usableFromInline let headerCount: Int

    @inlinable
    package init(timestampDelta: Int64, offsetDelta: Int, headerCount: Int) {
        self.timestampDelta = timestampDelta
        self.offsetDelta = offsetDelta
        self.headerCount = headerCount
    }

    /// The size of a record at most, which takes next to nothing to tell: six integers take 31
    /// bytes at most, and the attributes one.
    @inlinable
    @inline(always)  // See above.
    package static func byteCountBound(
        _ key: RawSpan?, _ value: RawSpan?, _ headers: RawSpan
    ) -> Int {
        32 &+ copiedByteCount(key, value, headers)
    }

    /// The size of the record, its length included.
    package func byteCount(_ key: RawSpan?, _ value: RawSpan?, _ headers: RawSpan) -> Int {
        let integers =
            Varint.byteCount(zigzag: Varint.zigzag(timestampDelta))
            &+ Varint.byteCount(zigzag: Self.zigzag(offsetDelta))
            &+ Varint.byteCount(zigzag: Self.zigzagLength(key))
            &+ Varint.byteCount(zigzag: Self.zigzagLength(value))
            &+ Varint.byteCount(zigzag: Self.zigzag(headerCount))
        let body = 1 &+ integers &+ Self.copiedByteCount(key, value, headers)
        return Varint.byteCount(zigzag: Self.zigzag(body)) &+ body
    }

    /// Writes the record at `position` of `buffer`, where there has to be room for the bound.
    /// - Returns: the position behind it.
    @inlinable
    @inline(always)  // See above.
    package func write(
        _ key: RawSpan?, _ value: RawSpan?, _ headers: RawSpan, into buffer: inout PageBuffer,
        at position: Int
    ) -> Int {
        let copied = Self.copiedByteCount(key, value, headers)
        precondition(
            position >= 0 && 32 &+ copied <= buffer.byteCapacity &- position,
            "no room for a record")
        // Sound: no more is written than the bound says. A pointer in a register instead of a
        // position in memory halves the time.
        let recordStart = unsafe buffer.start + position
        // Mostly the integers are as short as this; then the body is in its place at once.
        let guess = Varint.byteCount(zigzag: Self.zigzag((offsetDelta < 64 ? 6 : 7) &+ copied))
        let body = unsafe recordStart + guess
        unsafe body.storeBytes(of: 0, as: UInt8.self)  // The attributes: none exist.
        var target = unsafe Self.put(Varint.zigzag(timestampDelta), at: body + 1)
        unsafe target = Self.put(Self.zigzag(offsetDelta), at: target)
        unsafe target = Self.copy(key, to: Self.put(Self.zigzagLength(key), at: target))
        unsafe target = Self.copy(value, to: Self.put(Self.zigzagLength(value), at: target))
        unsafe target = Self.put(Self.zigzag(headerCount), at: target)
        unsafe target = Self.copy(headers, to: target)
        let length = Self.zigzag(unsafe target - body)
        guard Varint.byteCount(zigzag: length) == guess else {
            return unsafe Self.moveBody(body, target, recordStart) - buffer.start
        }
        unsafe _ = Self.put(length, at: recordStart)
        return unsafe target - buffer.start
    }

    /// Moves a body to where the space before it is as large as its length.
    @usableFromInline
    @inline(never)
    static func moveBody(
        _ body: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer,
        _ recordStart: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        let byteCount = unsafe end - body
        let target = unsafe recordStart + Varint.byteCount(zigzag: zigzag(byteCount))
        unsafe target.copyMemory(from: body, byteCount: byteCount)
        unsafe _ = put(zigzag(byteCount), at: recordStart)
        return unsafe target + byteCount
    }

    @inlinable
    @inline(always)  // See above.
    static func copiedByteCount(_ key: RawSpan?, _ value: RawSpan?, _ headers: RawSpan) -> Int {
        // No sum overflows, here and above: lengths in memory have 48 bits.
        (key?.byteCount ?? 0) &+ (value?.byteCount ?? 0) &+ headers.byteCount
    }

    /// The length as a varint carries it; that of null is -1.
    @inlinable
    @inline(always)  // See above.
    static func zigzagLength(_ bytes: RawSpan?) -> UInt64 {
        guard let bytes else { return 1 }
        return zigzag(bytes.byteCount)
    }

    /// A count as a varint carries it.
    @inlinable
    @inline(always)  // See above.
    static func zigzag(_ count: Int) -> UInt64 { UInt64(truncatingIfNeeded: count) << 1 }

    @inlinable
    @inline(always)  // See above.
    static func copy(
        _ bytes: RawSpan?, to target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        guard let bytes else { return unsafe target }
        return unsafe bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return unsafe target }
            unsafe target.copyMemory(from: address, byteCount: source.count)
            return unsafe target + source.count
        }
    }

    /// Stores the bits of a varint; nearly all take one or two bytes.
    @inlinable
    @inline(always)  // See above.
    static func put(
        _ bits: UInt64, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
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

    @usableFromInline
    @inline(never)
    static func putLong(
        _ bits: UInt64, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var rest = bits
        var target = unsafe target
        while rest >= 0x80 {
            unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            unsafe target += 1
            rest >>= 7
        }
        unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        return unsafe target + 1
    }
}
