/// One record as it lies in memory: lengths checked, nothing copied.
@safe
package struct RecordBytes: ~Escapable {
    /// The record's time minus that of its batch.
    package let timestampDelta: Int64
    /// The record's offset minus that of its batch.
    package let offsetDelta: Int64
    private let keyStart: UnsafeRawPointer
    private let valueStart: UnsafeRawPointer
    private let headersStart: UnsafeRawPointer
    let end: UnsafeRawPointer
    // Negative: null, as on disk.
    private let keyByteCount: Int
    private let valueByteCount: Int

    // The pointers come from ``RecordRun``, which has checked them and ties the result to the bytes.
    @_lifetime(immortal)
    init(
        deltas: (timestamp: Int64, offset: Int64), key: UncheckedBytes, value: UncheckedBytes,
        end: UnsafeRawPointer
    ) {
        timestampDelta = deltas.timestamp
        offsetDelta = deltas.offset
        unsafe keyStart = key.start
        keyByteCount = key.byteCount
        unsafe valueStart = value.start
        valueByteCount = value.byteCount
        unsafe headersStart = value.end
        unsafe self.end = end
    }

    /// The key; nil when the record has none.
    package var key: RawSpan? {
        // Sound: the range was checked when the record was read, and lives as long as `self` may.
        @_lifetime(copy self)
        get {
            guard keyByteCount >= 0 else { return nil }
            let span = unsafe RawSpan(_unsafeStart: keyStart, byteCount: keyByteCount)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }

    /// The value; nil when the record has none.
    package var value: RawSpan? {
        // Sound: as for the key.
        @_lifetime(copy self)
        get {
            guard valueByteCount >= 0 else { return nil }
            let span = unsafe RawSpan(_unsafeStart: valueStart, byteCount: valueByteCount)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }

    /// The count of headers and the headers, unchecked.
    package var headers: RawSpan {
        // Sound: as for the key.
        @_lifetime(copy self)
        get {
            let span = unsafe RawSpan(_unsafeStart: headersStart, byteCount: end - headersStart)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }
}

/// A range of memory whose length may be negative: null.
@safe
struct UncheckedBytes {
    let start: UnsafeRawPointer
    let byteCount: Int

    var end: UnsafeRawPointer { unsafe start + max(0, byteCount) }
}
