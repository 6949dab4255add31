public import CNewswire

/// A record that does not fit the batch it lies in.
@usableFromInline
package struct MalformedRecord: Error, Hashable, Sendable {
    @inlinable init() {}
}

/// How many records a batch says it has, and which offset its last one has.
package struct RecordCounts {
    package let recordCount: Int
    package let lastOffsetDelta: Int64

    package init(recordCount: Int, lastOffsetDelta: Int64) {
        self.recordCount = recordCount
        self.lastOffsetDelta = lastOffsetDelta
    }
}

/// The records of one batch, plain or inflated, front to back: the unsafe half of ``RecordReader``.
///
/// It checks all that a record can get wrong: its lengths, its place in the order of offsets and,
/// for the last one, that nothing is left behind it. Pointers instead of spans, and one check per
/// record instead of one per byte, are worth a factor of 2.5; hence the unsafe code.
@safe
@usableFromInline
package struct RecordRun: ~Copyable, ~Escapable {
    /// How many records are left.
    @usableFromInline package var remainingRecordCount: Int
    // Offset deltas rise: only larger ones than the last may follow.
    @usableFromInline var lowestOffsetDelta: Int64 = 0
    @usableFromInline let lastOffsetDelta: Int64
    @usableFromInline let start: UnsafeRawPointer
    @usableFromInline var next: UnsafeRawPointer
    @usableFromInline let end: UnsafeRawPointer
    // Owns the memory that the pointers go to, if the records were compressed.
    @usableFromInline var inflated: InflatedRecords?

    /// Runs over records that lie in `bytes` as they are.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, _ counts: RecordCounts, reusing inflated: InflatedRecords?) {
        remainingRecordCount = counts.recordCount
        lastOffsetDelta = counts.lastOffsetDelta
        unsafe start = Self.address(of: bytes)
        unsafe next = start
        unsafe end = start + bytes.byteCount
        self.inflated = inflated
    }

    /// Runs over the records that come out of `compressed`, at most `byteLimit` bytes of them.
    @_lifetime(copy compressed)
    package init(
        gzip compressed: RawSpan, byteLimit: Int, _ counts: RecordCounts,
        reusing inflated: InflatedRecords?
    ) throws(GzipFailure) {
        let memory = try InflatedRecords.reused(inflated)
        let byteCount = try memory.inflate(compressed, byteLimit: byteLimit)
        remainingRecordCount = counts.recordCount
        lastOffsetDelta = counts.lastOffsetDelta
        // Sound: the memory stays as long as this run keeps it, that is until nothing is left to
        // read and the call that takes it has ended the borrows of what was read.
        unsafe start = UnsafeRawPointer(memory.start)
        unsafe next = start
        unsafe end = start + byteCount
        self.inflated = memory
    }

    /// Where the next record begins, counted from the first.
    @inlinable package var position: Int { unsafe next - start }

    /// Whether the bytes are used up; then there is no next record, whatever the batch promised.
    @inlinable package var isAtEnd: Bool { unsafe next == end }

    /// Whether the next record, if there is one, needs ``readRecordNearEnd()``.
    @inlinable package var isNearEnd: Bool { unsafe end - next < RecordRun.checkedByteCount }

    /// The next record, which has to be not near the end; a failed read moves nothing, so that it
    /// fails again.
    @inlinable
    @inline(always)  // The hot path.
    @_lifetime(&self)
    package mutating func readRecord() throws(MalformedRecord) -> RecordBytes {
        // The caller knows; then this costs nothing.
        guard !isNearEnd else { throw MalformedRecord() }
        let record = try unsafe RecordRun.record(at: next, end, allowedDeltas)
        advance(past: record)
        return unsafe _overrideLifetime(record, mutating: &self)
    }

    /// The next record near the end.
    @inlinable
    @inline(always)  // As above.
    @_lifetime(&self)
    package mutating func readRecordNearEnd() throws(MalformedRecord) -> RecordBytes {
        let record = try unsafe RecordRun.recordNearEnd(at: next, end, allowedDeltas)
        advance(past: record)
        return unsafe _overrideLifetime(record, mutating: &self)
    }

    @inlinable
    @inline(always)  // The hot path.
    mutating func advance(past record: RecordBytes) {
        lowestOffsetDelta = record.offsetDelta &+ 1  // Cannot overflow: it has 32 bits.
        // Below zero if there are too many; cannot overflow: each has seven bytes of the batch.
        remainingRecordCount &-= 1
        unsafe next = record.end
    }

    @inlinable var allowedDeltas: AllowedDeltas {
        AllowedDeltas(lowest: lowestOffsetDelta, last: lastOffsetDelta)
    }

    /// Goes past the records whose offset delta is less than `delta`.
    package mutating func skipRecords(below delta: Int64) throws(MalformedRecord) {
        while !isNearEnd {
            let record = try unsafe RecordRun.record(at: next, end, allowedDeltas)
            guard record.offsetDelta < delta else { return }
            advance(past: record)
        }
        while !isAtEnd {
            let record = try unsafe RecordRun.recordNearEnd(at: next, end, allowedDeltas)
            guard record.offsetDelta < delta else { return }
            advance(past: record)
        }
    }

    /// Goes to the end, as if all records had been read.
    @inlinable
    package mutating func skipToEnd() {
        unsafe next = end
        remainingRecordCount = 0
    }

    /// Hands over the memory, for the next run; this one has to be at its end.
    @inlinable
    package mutating func takeMemory() -> InflatedRecords? {
        precondition(isAtEnd, "the memory of records that are still to be read was taken")
        let memory = inflated
        inflated = nil
        return memory
    }

    private static func address(of bytes: RawSpan) -> UnsafeRawPointer {
        // An empty span has no address; any will do that is never read.
        unsafe bytes.withUnsafeBytes {
            unsafe $0.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
        }
    }
}

// Values in, values out: `mutating` helpers would keep the pointers in memory instead of registers.
extension RecordRun {
    // Each length yields the next address; without a hint the memory's latency would show.
    @inlinable static var prefetchByteCount: Int { 4096 }

    // The bound: length <= 5 bytes, attributes 1, timestamp delta <= 10, offset delta <= 5, key
    // length <= 5, then two bytes are looked at for the value's length: 28. After a key, its own
    // check covers those two. Longer varints check each byte against `end`.
    @inlinable static var checkedByteCount: Int { 32 }

    @inlinable
    @inline(always)  // The loop around it is the hot one.
    @_lifetime(immortal)
    static func record(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ allowed: AllowedDeltas
    ) throws(MalformedRecord) -> RecordBytes {
        unsafe nw_prefetch(start + prefetchByteCount)
        let length = try unsafe short32(at: start, end)
        // Six is the smallest record; the difference wraps for less, and is too large then.
        guard unsafe length.length &- 6 <= UInt64(bitPattern: Int64(end - length.next)) &- 6 else {
            throw MalformedRecord()
        }
        let recordEnd = unsafe length.next + Int(truncatingIfNeeded: length.length)
        let timestamp = try unsafe short64(at: length.next + 1, end)
        let offset = try unsafe short32(at: timestamp.next, end)
        let key = try unsafe short32(at: offset.next, end)
        var afterKey = unsafe key.next
        if key.bits > 1 {  // Neither null nor empty.
            guard unsafe recordEnd - afterKey >= 2,
                unsafe key.length <= UInt64(bitPattern: Int64(recordEnd - afterKey)) &- 2
            else { throw MalformedRecord() }
            unsafe afterKey += Int(truncatingIfNeeded: key.length)
        }
        let value = try unsafe short32(at: afterKey, end)
        let valueLength = value.bits == 1 ? 0 : value.length
        // At least one byte is left behind the value, for the count of headers.
        guard allowed.contains(Int64(bitPattern: offset.length)), unsafe value.next < recordEnd,
            unsafe valueLength < UInt64(bitPattern: Int64(recordEnd - value.next))
        else { throw MalformedRecord() }
        return unsafe RecordBytes(
            // An odd offset delta, which would be negative, becomes negative.
            deltas: (timestamp.value, Int64(bitPattern: offset.length)),
            key: key.followingBytes, value: value.followingBytes, end: recordEnd)
    }

    /// The same for the last records of a batch, where every byte is checked.
    @usableFromInline
    @inline(never)
    @_lifetime(immortal)
    static func recordNearEnd(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ allowed: AllowedDeltas
    ) throws(MalformedRecord) -> RecordBytes {
        let length = try unsafe long32(at: start, end)
        guard length.value >= 6, unsafe length.value <= Int64(end - length.next) else {
            throw MalformedRecord()
        }
        let recordEnd = unsafe length.next + Int(length.value)
        let timestamp = try unsafe long64(at: length.next + 1, recordEnd)
        let offset = try unsafe long32(at: timestamp.next, recordEnd)
        let key = try unsafe lengthPrefixed(at: offset.next, recordEnd)
        let value = try unsafe lengthPrefixed(at: key.end, recordEnd)
        guard allowed.contains(offset.value), unsafe value.end < recordEnd else {
            throw MalformedRecord()
        }
        return unsafe RecordBytes(
            deltas: (timestamp.value, offset.value), key: key, value: value, end: recordEnd)
    }

    private static func lengthPrefixed(
        at start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) throws(MalformedRecord) -> UncheckedBytes {
        let length = try unsafe long32(at: start, end)
        guard length.value >= -1, unsafe length.value <= Int64(end - length.next) else {
            throw MalformedRecord()
        }
        return length.followingBytes
    }
}

/// Which offset delta the next record may have.
@usableFromInline
struct AllowedDeltas {
    @usableFromInline let lowest: Int64
    @usableFromInline let last: Int64

    @inlinable
    init(lowest: Int64, last: Int64) {
        self.lowest = lowest
        self.last = last
    }

    @inlinable
    func contains(_ delta: Int64) -> Bool { delta >= lowest && delta <= last }
}
