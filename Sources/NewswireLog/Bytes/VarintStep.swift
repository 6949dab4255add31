/// The bits of a varint that was read, and where the bytes after it begin.
@safe
@usableFromInline
struct VarintStep: BitwiseCopyable {
    // Zigzag: the sign is bit 0.
    @usableFromInline let bits: UInt64
    @usableFromInline let next: UnsafeRawPointer

    @inlinable
    init(bits: UInt64, next: UnsafeRawPointer) {
        self.bits = bits
        unsafe self.next = next
    }

    /// The value, of any sign.
    @inlinable var value: Int64 { Varint.unzigzag(bits) }

    /// The value, if it is not negative; otherwise something larger than any length in memory.
    ///
    /// One instruction less than the value, and one comparison finds both faults.
    @inlinable var length: UInt64 { bits >> 1 | bits << 63 }

    /// The bytes behind a varint that is their length; its only negative value is -1, for null.
    @inlinable var followingBytes: UncheckedBytes {
        let byteCount = bits == 1 ? -1 : Int(truncatingIfNeeded: bits >> 1)
        return unsafe UncheckedBytes(start: next, byteCount: byteCount)
    }
}

extension RecordRun {
    // A varint of 32 bits, short ones in line; two bytes have to be readable.
    @inlinable
    @inline(always)  // Four per record.
    static func short32(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> VarintStep {
        let first = unsafe UInt64(start.load(as: UInt8.self))
        if first < 0x80 { return unsafe VarintStep(bits: first, next: start + 1) }
        let second = unsafe UInt64(start.load(fromByteOffset: 1, as: UInt8.self))
        guard second < 0x80 else { return try unsafe long32(at: start, end) }
        return unsafe VarintStep(bits: (first & 0x7f) | (second << 7), next: start + 2)
    }

    // The same of 64 bits.
    @inlinable
    @inline(always)  // As above.
    static func short64(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> VarintStep {
        let first = unsafe UInt64(start.load(as: UInt8.self))
        if first < 0x80 { return unsafe VarintStep(bits: first, next: start + 1) }
        let second = unsafe UInt64(start.load(fromByteOffset: 1, as: UInt8.self))
        guard second < 0x80 else { return try unsafe long64(at: start, end) }
        return unsafe VarintStep(bits: (first & 0x7f) | (second << 7), next: start + 2)
    }

    @usableFromInline
    @inline(never)
    static func long32(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> VarintStep {
        // The last byte has room for four bits.
        try unsafe long(at: start, end, byteCountMax: Varint.byteCountMax32, lastByteMax: 0x0f)
    }

    @usableFromInline
    @inline(never)
    static func long64(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> VarintStep {
        // The last byte has room for one bit.
        try unsafe long(at: start, end, byteCountMax: Varint.byteCountMax64, lastByteMax: 0x01)
    }

    private static func long(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer, byteCountMax: Int, lastByteMax: UInt8
    ) throws(MalformedRecord) -> VarintStep {
        var bits: UInt64 = 0
        for index in 0..<byteCountMax {
            guard unsafe index < end - start else { throw MalformedRecord() }
            let byte = unsafe start.load(fromByteOffset: index, as: UInt8.self)
            guard index < byteCountMax - 1 || byte <= lastByteMax else { throw MalformedRecord() }
            bits |= UInt64(byte & 0x7f) << UInt64(7 * index)
            guard byte >= 0x80 else {
                return unsafe VarintStep(bits: bits, next: start + index + 1)
            }
        }
        throw MalformedRecord()
    }
}
