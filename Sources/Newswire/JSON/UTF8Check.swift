internal import NewswireLog

/// Whether bytes are UTF-8, as Unicode defines it: no overlong forms, no surrogates.
package enum UTF8Check {
    /// Whether all of `bytes` is UTF-8.
    package static func isValid(_ bytes: RawSpan) -> Bool {
        var position = 0
        while position < bytes.byteCount {
            if position + 8 <= bytes.byteCount,
                bytes.bigEndian(UInt64.self, at: position) & 0x8080_8080_8080_8080 == 0
            {
                position += 8
                continue
            }
            guard let byteCount = byteCountOfScalar(in: bytes, at: position) else { return false }
            position += byteCount
        }
        return true
    }

    /// How many bytes the character at `position` has; nil if the bytes there are none.
    ///
    /// The second byte decides about overlong forms, surrogates and the last plane (Unicode, table
    /// 3-7).
    static func byteCountOfScalar(in bytes: RawSpan, at position: Int) -> Int? {
        let first = bytes.bigEndian(UInt8.self, at: position)
        let second: ClosedRange<UInt8>
        let byteCount: Int
        switch first {
        case 0..<0x80: return 1
        case 0xc2...0xdf: (byteCount, second) = (2, 0x80...0xbf)
        case 0xe0: (byteCount, second) = (3, 0xa0...0xbf)
        case 0xed: (byteCount, second) = (3, 0x80...0x9f)
        case 0xe1...0xef: (byteCount, second) = (3, 0x80...0xbf)
        case 0xf0: (byteCount, second) = (4, 0x90...0xbf)
        case 0xf1...0xf3: (byteCount, second) = (4, 0x80...0xbf)
        case 0xf4: (byteCount, second) = (4, 0x80...0x8f)
        default: return nil
        }
        guard byteCount <= bytes.byteCount - position else { return nil }
        guard second.contains(bytes.bigEndian(UInt8.self, at: position + 1)) else { return nil }
        for next in position + 2..<max(position + byteCount, position + 2) {
            guard bytes.bigEndian(UInt8.self, at: next) & 0xc0 == 0x80 else { return nil }
        }
        return byteCount
    }
}
