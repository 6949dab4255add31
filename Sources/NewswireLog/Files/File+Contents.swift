extension File {
    /// Writes all of `bytes`; see ``write(_:at:)``.
    package func write(_ bytes: [UInt8], at position: FilePosition) throws(IOFailure) {
        try write(bytes.rawSpan, at: position)
    }

    /// Up to `byteCount` bytes from `position` on; fewer only at the file's end.
    package func read(_ byteCount: Int, at position: FilePosition) throws(IOFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = try read(into: &bytes, at: position)
        bytes.removeSubrange(count...)
        return bytes
    }

    private func read(
        into bytes: inout [UInt8], at position: FilePosition
    ) throws(IOFailure) -> Int {
        var span = bytes.mutableSpan
        // Sound: every bit pattern is a byte.
        var memory = unsafe span.mutableBytes
        return try read(into: &memory, at: position)
    }
}

extension FileSystem {
    /// The contents of the file at `path`, at most its first `byteCountMax` bytes.
    package func contents(of path: String, byteCountMax: Int) throws(IOFailure) -> [UInt8] {
        let file = try openFile(path, .read)
        return try file.read(min(try file.byteCount(), byteCountMax), at: .start)
    }
}
