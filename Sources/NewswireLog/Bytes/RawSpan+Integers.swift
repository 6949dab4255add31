extension RawSpan {
    // Sound: the load is bounds-checked, and every bit pattern is an integer.
    @inlinable
    package func bigEndian<T: BitwiseCopyable & FixedWidthInteger>(
        _: T.Type, at position: Int
    ) -> T {
        unsafe T(bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: T.self))
    }
}

extension Array where Element == UInt8 {
    /// The bytes of the array.
    public var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get {
            let bytes = self.span
            return unsafe _overrideLifetime(bytes.bytes, borrowing: self)
        }
    }
}
