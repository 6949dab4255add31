/// One record as it lies in memory: lengths checked, nothing copied.
@safe
@usableFromInline
package struct RecordBytes: ~Escapable, BitwiseCopyable {
    /// The record's time minus that of its batch.
    @usableFromInline package let timestampDelta: Int64
    /// The record's offset minus that of its batch.
    @usableFromInline package let offsetDelta: Int64
    @usableFromInline let key: UncheckedBytes
    @usableFromInline let value: UncheckedBytes
    @usableFromInline let end: UnsafeRawPointer

    // The pointers come from ``RecordRun``, which has checked them and ties the result to the
    // bytes.
    @inlinable
    @_lifetime(immortal)
    init(
        deltas: (timestamp: Int64, offset: Int64), key: UncheckedBytes, value: UncheckedBytes,
        end: UnsafeRawPointer
    ) {
        timestampDelta = deltas.timestamp
        offsetDelta = deltas.offset
        self.key = key
        self.value = value
        unsafe self.end = end
    }

    /// The key; nil when the record has none.
    @inlinable
    package var keyBytes: RawSpan? {
        // Sound: the range was checked when the record was read, and lives as long as `self` may.
        @_lifetime(copy self)
        get {
            guard key.byteCount >= 0 else { return nil }
            let span = unsafe RawSpan(_unsafeStart: key.start, byteCount: key.byteCount)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }

    /// The value; nil when the record has none.
    @inlinable
    package var valueBytes: RawSpan? {
        // Sound: as for the key.
        @_lifetime(copy self)
        get {
            guard value.byteCount >= 0 else { return nil }
            let span = unsafe RawSpan(_unsafeStart: value.start, byteCount: value.byteCount)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }

    /// The count of headers and the headers, unchecked.
    package var headerBytes: RawSpan {
        // Sound: as for the key.
        @_lifetime(copy self)
        get {
            let start = unsafe value.end
            let span = unsafe RawSpan(_unsafeStart: start, byteCount: end - start)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }
}
