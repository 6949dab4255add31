extension RawSpan {
    /// The integer whose first, most significant byte stands at `position`; traps outside the span.
    // Sound: the load is bounds-checked, and every bit pattern is an integer.
    @inlinable
    package func bigEndian<T: BitwiseCopyable & FixedWidthInteger>(
        _: T.Type, at position: Int
    ) -> T {
        unsafe T(bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: T.self))
    }

    /// Whether `other` holds the same bytes.
    package func hasSameBytes(as other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return unsafe withUnsafeBytes { ours in
            unsafe other.withUnsafeBytes { theirs in unsafe ours.elementsEqual(theirs) }
        }
    }
}

extension MutableRawSpan {
    /// Stores `value`, most significant byte first, from `position` on; traps outside the span.
    @_lifetime(self: copy self)
    package mutating func store<T: BitwiseCopyable & FixedWidthInteger>(
        bigEndian value: T, at position: Int
    ) {
        storeBytes(of: value.bigEndian, toByteOffset: position, as: T.self)
    }

    /// Copies `bytes` to `position` and after; traps outside the span.
    @_lifetime(self: copy self)
    package mutating func store(_ bytes: RawSpan, at position: Int) {
        precondition(position >= 0 && bytes.byteCount <= byteCount - position, "no room to store")
        // Sound: both ranges were just checked; exclusive access keeps them apart.
        unsafe withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[position...])
                    .copyMemory(from: source)
            }
        }
    }
}
