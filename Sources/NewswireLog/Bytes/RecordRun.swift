internal import CNewswire

/// A record that does not fit the bytes it lies in.
package struct MalformedRecord: Error, Hashable, Sendable {}

/// The records of one batch, plain or inflated, front to back: the unsafe half of ``RecordReader``.
///
/// Pointers instead of spans, and one check per record instead of one per byte, are worth a factor
/// of 2.5; the prefetch doubles what comes from memory, where each length yields the next address.
@safe
package struct RecordRun: ~Copyable, ~Escapable {
    private var start: UnsafeRawPointer
    private var next: UnsafeRawPointer
    private var end: UnsafeRawPointer
    // A class, so that taking it out of `self` on the rare path leaves the rest in registers.
    private var inflated: InflatedRecords?

    /// No records yet, and only from bytes that live as long as `bytes`.
    @_lifetime(copy bytes)
    package init(over bytes: RawSpan) {
        unsafe start = Self.address(of: bytes)
        unsafe next = start
        unsafe end = start
    }

    /// How many bytes of records are left.
    package var remainingByteCount: Int { unsafe end - next }

    /// Where the next record begins, from the first.
    package var position: Int { unsafe next - start }

    /// Begins with the records that lie in `bytes` as they are.
    @_lifetime(self: copy self, copy bytes)
    package mutating func load(_ bytes: RawSpan) {
        unsafe start = Self.address(of: bytes)
        unsafe next = start
        unsafe end = start + bytes.byteCount
    }

    /// Begins with the records that come out of `compressed`, at most `byteLimit` bytes of them.
    @_lifetime(self: copy self)
    package mutating func load(
        gzip compressed: RawSpan, byteLimit: Int
    ) throws(GzipFailure) {
        clear()  // The memory may move: nothing points into it any more, even if this fails.
        let inflated = try takeInflated()
        let byteCount = try inflated.inflate(compressed, byteLimit: byteLimit)
        // Sound: the memory lives as long as `inflated`, that is `self`, and changes with the next
        // load only, which ends the borrows that `next` gave out.
        unsafe start = UnsafeRawPointer(inflated.start)
        unsafe next = start
        unsafe end = start + byteCount
    }

    /// Forgets the records that are left.
    package mutating func clear() {
        unsafe next = start
        unsafe end = start
    }

    private mutating func takeInflated() throws(GzipFailure) -> InflatedRecords {
        if let inflated { return inflated }
        let inflated = try InflatedRecords()
        self.inflated = inflated
        return inflated
    }

    /// The next record; a failed read moves nothing, so that it fails again.
    @_lifetime(&self)
    package mutating func readRecord() throws(MalformedRecord) -> RecordBytes {
        let record = try unsafe RecordRun.record(at: next, end)
        unsafe next = record.end
        return unsafe _overrideLifetime(record, mutating: &self)
    }

    /// Goes past the next record if its offset delta is less than `delta`; false: it is not.
    package mutating func skipRecord(below delta: Int64) throws(MalformedRecord) -> Bool {
        let record = try unsafe RecordRun.record(at: next, end)
        guard record.offsetDelta < delta else { return false }
        unsafe next = record.end
        return true
    }

    private static func address(of bytes: RawSpan) -> UnsafeRawPointer {
        // An empty span has no address; any will do that is never read.
        unsafe bytes.withUnsafeBytes {
            unsafe $0.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
        }
    }
}

// Values in, values out: a `mutating` call would keep the pointers in memory.
extension RecordRun {
    private static let prefetchByteCount = 4096

    // The bound: length <= 5 bytes, attributes 1, timestamp delta <= 10, offset delta <= 5, key length
    // <= 5, then two bytes are looked at for the value's length: 28. After a key, its own check covers
    // those two. Longer varints check each byte against `end`.
    private static let checkedByteCount = 32

    @inline(__always)  // The loop around it is the hot one.
    @_lifetime(immortal)
    private static func record(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> RecordBytes {
        guard unsafe end - start >= checkedByteCount else {
            return try unsafe recordNearEnd(at: start, end)
        }
        unsafe nw_prefetch(start + prefetchByteCount)
        let length = try unsafe short32(at: start, end)
        guard length.value >= 6, unsafe length.value <= Int64(end - length.next) else {
            throw MalformedRecord()
        }
        let recordEnd = unsafe length.next + Int(length.value)
        let timestamp = try unsafe short64(at: length.next + 1, end)
        let offset = try unsafe short32(at: timestamp.next, end)
        let key = try unsafe short32(at: offset.next, end)
        var afterKey = unsafe key.next
        if key.value > 0 {
            guard unsafe key.value <= Int64(recordEnd - afterKey) &- 2 else {
                throw MalformedRecord()
            }
            unsafe afterKey += Int(key.value)
        } else if key.value < -1 {
            throw MalformedRecord()
        }
        let value = try unsafe short32(at: afterKey, end)
        // One byte for the count of headers.
        guard value.value >= -1,
            unsafe max(0, value.value) &+ 1 <= Int64(recordEnd - value.next)
        else { throw MalformedRecord() }
        return unsafe RecordBytes(
            deltas: (timestamp.value, offset.value),
            key: UncheckedBytes(start: key.next, byteCount: Int(key.value)),
            value: UncheckedBytes(start: value.next, byteCount: Int(value.value)), end: recordEnd)
    }

    /// The same for the last records of a batch, where every byte is checked.
    @inline(never)
    @_lifetime(immortal)
    private static func recordNearEnd(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> RecordBytes {
        let length = try unsafe long(at: start, end, byteCountMax: Varint.byteCountMax32)
        guard length.value >= 6, unsafe length.value <= Int64(end - length.next) else {
            throw MalformedRecord()
        }
        let recordEnd = unsafe length.next + Int(length.value)
        let timestamp = try unsafe long(
            at: length.next + 1, recordEnd, byteCountMax: Varint.byteCountMax64)
        let offset = try unsafe long(
            at: timestamp.next, recordEnd, byteCountMax: Varint.byteCountMax32)
        let key = try unsafe lengthPrefixed(at: offset.next, recordEnd)
        let value = try unsafe lengthPrefixed(at: key.end, recordEnd)
        guard unsafe value.end < recordEnd else { throw MalformedRecord() }
        return unsafe RecordBytes(
            deltas: (timestamp.value, offset.value), key: key, value: value, end: recordEnd)
    }

    private static func lengthPrefixed(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> UncheckedBytes {
        let length = try unsafe long(at: start, end, byteCountMax: Varint.byteCountMax32)
        guard length.value >= -1, unsafe length.value <= Int64(end - length.next) else {
            throw MalformedRecord()
        }
        return unsafe UncheckedBytes(start: length.next, byteCount: Int(length.value))
    }

    /// A 32-bit varint, short ones in line. Two bytes have to be readable.
    @inline(__always)  // Four per record.
    private static func short32(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> VarintStep {
        if let step = unsafe short(at: start) { return step }
        return try unsafe long(at: start, end, byteCountMax: Varint.byteCountMax32)
    }

    /// A 64-bit varint, short ones in line. Two bytes have to be readable.
    @inline(__always)  // As above.
    private static func short64(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> VarintStep {
        if let step = unsafe short(at: start) { return step }
        return try unsafe long(at: start, end, byteCountMax: Varint.byteCountMax64)
    }

    @inline(__always)  // As above.
    private static func short(at start: UnsafeRawPointer) -> VarintStep? {
        let first = unsafe UInt64(start.load(as: UInt8.self))
        if first < 0x80 {
            return unsafe VarintStep(value: Varint.unzigzag(first), next: start + 1)
        }
        let second = unsafe UInt64(start.load(fromByteOffset: 1, as: UInt8.self))
        guard second < 0x80 else { return nil }
        return unsafe VarintStep(
            value: Varint.unzigzag((first & 0x7f) | (second << 7)), next: start + 2)
    }

    @inline(never)
    private static func long(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer, byteCountMax: Int
    ) throws(MalformedRecord) -> VarintStep {
        var bits: UInt64 = 0
        for index in 0..<byteCountMax {
            guard unsafe index < end - start else { throw MalformedRecord() }
            let byte = unsafe start.load(fromByteOffset: index, as: UInt8.self)
            // The last byte of a full-length varint has room for 4 or 1 bits.
            guard index < byteCountMax - 1 || byte <= (byteCountMax == 5 ? 0x0f : 1) else {
                throw MalformedRecord()
            }
            bits |= UInt64(byte & 0x7f) << UInt64(7 * index)
            guard byte >= 0x80 else {
                return unsafe VarintStep(value: Varint.unzigzag(bits), next: start + index + 1)
            }
        }
        throw MalformedRecord()
    }
}

/// A value and where the bytes after it begin.
@safe
private struct VarintStep {
    let value: Int64
    let next: UnsafeRawPointer
}
