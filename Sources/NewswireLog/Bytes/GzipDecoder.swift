internal import CZlib

/// Decompresses RFC 1952 gzip; the stream is made once and reset for each use.
@safe
package struct GzipDecoder: ~Copyable, @unchecked Sendable {
    // Unchecked: this value owns the stream alone.
    private let zlib: ZlibStream

    /// Prepares zlib, which takes about 40 KiB.
    package init() throws(GzipFailure) {
        let zlib = ZlibStream()
        // Sound: zlib gets its own, initialised stream.
        let status = unsafe inflateInit2_(
            zlib.stream, ZlibStream.gzipWindowBits, ZLIB_VERSION, ZlibStream.byteCount)
        guard status == Z_OK else { throw .outOfMemory }
        self.zlib = zlib
    }

    deinit { unsafe _ = inflateEnd(zlib.stream) }

    /// Decompresses all of `compressed` (one or more gzip members) to the beginning of `buffer`,
    /// which grows as needed, and answers how many bytes came out.
    ///
    /// More than `byteLimit` bytes are refused, so that a few hostile ones cannot take all memory.
    package mutating func decode(
        _ compressed: RawSpan, into buffer: inout PageBuffer, byteLimit: Int
    ) throws(GzipFailure) -> Int {
        guard compressed.byteCount <= Int(UInt32.max) else { throw .tooLarge(byteLimit: byteLimit) }
        buffer.grow(to: min(byteLimit, Self.expectedByteCount(compressed)))
        unsafe inflateReset(zlib.stream)
        var done = Progress()
        while true {
            let room = min(byteLimit, buffer.byteCapacity)
            switch inflate(compressed, into: &buffer, room: room, &done) {
            case Z_STREAM_END:
                guard done.byteCountIn < compressed.byteCount else { return done.byteCountOut }
                // Another member follows.
                unsafe inflateReset(zlib.stream)
            case Z_OK, Z_BUF_ERROR:
                // It stopped for want of input or of room.
                guard done.byteCountOut == room else { throw .truncated }
                guard room < byteLimit else { throw .tooLarge(byteLimit: byteLimit) }
                buffer.grow(to: min(byteLimit, 2 * room))
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .damaged(zlib.message)
            }
        }
    }

    /// Runs zlib once and moves `done` on by what it took and gave.
    private func inflate(
        _ compressed: RawSpan, into buffer: inout PageBuffer, room: Int, _ done: inout Progress
    ) -> Int32 {
        let rest = compressed.extracting(droppingFirst: done.byteCountIn)
        var target = buffer.mutableBytes
        // Sound: zlib reads `source` and writes `memory` within their bounds, during the call only.
        return unsafe rest.withUnsafeBytes { source in
            unsafe target.withUnsafeMutableBytes { memory in
                let free = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: memory[done.byteCountOut..<room])
                unsafe zlib.feed(source)
                unsafe zlib.drain(into: free)
                // Finish: where all fits, zlib need not keep a window of its own.
                let status = unsafe CZlib.inflate(zlib.stream, Z_FINISH)
                done.byteCountIn += source.count - zlib.byteCountLeft
                done.byteCountOut += free.count - zlib.byteCountFree
                return status
            }
        }
    }

    private struct Progress {
        var byteCountIn = 0
        var byteCountOut = 0
    }

    /// What the last four bytes say, as far as deflate can have done it.
    private static func expectedByteCount(_ compressed: RawSpan) -> Int {
        guard compressed.byteCount >= 18 else { return 0 }
        let trailer = compressed.bigEndian(UInt32.self, at: compressed.byteCount - 4).byteSwapped
        return min(Int(trailer), 1032 * compressed.byteCount)
    }
}
