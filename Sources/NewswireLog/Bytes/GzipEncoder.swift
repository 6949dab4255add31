internal import CZlib

/// Compresses to RFC 1952 gzip; the stream is made once and reset for each use.
@safe
package struct GzipEncoder: ~Copyable, @unchecked Sendable {
    // Unchecked: this value owns the stream alone.
    private let zlib: ZlibStream
    /// zlib's level: 1 to 9, or -1 for its default.
    package let level: Int

    /// Prepares zlib, which takes about 256 KiB.
    package init(level: Int) throws(GzipFailure) {
        precondition((-1...9).contains(level), "gzip has no level \(level)")
        let zlib = ZlibStream()
        // Sound: zlib gets its own, initialised stream.
        let status = unsafe deflateInit2_(
            zlib.stream, Int32(level), Z_DEFLATED, ZlibStream.gzipWindowBits, Self.memoryLevel,
            Z_DEFAULT_STRATEGY, ZLIB_VERSION, ZlibStream.byteCount)
        guard status == Z_OK else { throw .outOfMemory }
        self.zlib = zlib
        self.level = level
    }

    deinit { unsafe _ = deflateEnd(zlib.stream) }

    /// Compresses `bytes` into `room` of `buffer`.
    /// - Returns: how many bytes were written; nil when they don't fit.
    package mutating func encode(
        _ bytes: RawSpan, into buffer: inout PageBuffer, in room: Range<Int>
    ) -> Int? {
        var target = buffer.mutableBytes
        // Sound: zlib reads `source` and writes `memory` within their bounds, during the call only.
        let status = unsafe bytes.withUnsafeBytes { source in
            unsafe target.withUnsafeMutableBytes { memory in
                unsafe deflateReset(zlib.stream)
                unsafe zlib.feed(source)
                unsafe zlib.drain(into: .init(rebasing: memory[room]))
                return unsafe deflate(zlib.stream, Z_FINISH)
            }
        }
        return status == Z_STREAM_END ? zlib.byteCountOut : nil
    }

    // zlib's own default: 256 KiB of tables.
    private static let memoryLevel: Int32 = 8
}
