internal import NewswireLog

extension Array where Element == UInt8 {
    /// Appends a copy of `bytes`.
    package mutating func append(copying bytes: RawSpan) {
        append(addingCapacity: bytes.byteCount) { output in
            for position in 0..<bytes.byteCount {
                output.append(bytes.bigEndian(UInt8.self, at: position))
            }
        }
    }
}
