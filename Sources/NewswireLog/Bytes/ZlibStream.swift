internal import CZlib

/// zlib's stream on the heap, where it must stay: its state points back to it.
@safe
struct ZlibStream: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
    }

    deinit { unsafe stream.deallocate() }

    /// How many bytes came out since the last reset.
    var byteCountOut: Int { unsafe Int(stream.pointee.total_out) }

    /// How many bytes that were fed are not used yet.
    var byteCountLeft: Int { unsafe Int(stream.pointee.avail_in) }

    /// How much of the room for output is not used yet.
    var byteCountFree: Int { unsafe Int(stream.pointee.avail_out) }

    /// What zlib says about the last error.
    var message: String {
        // Sound: zlib's messages are constants.
        unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "not gzip"
    }

    /// What is compressed or decompressed next; at most 4 GiB, as zlib counts in 32 bits.
    func feed(_ source: UnsafeRawBufferPointer) {
        let start = unsafe source.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        unsafe stream.pointee.avail_in = UInt32(source.count)
    }

    /// Where the next output goes; of more than 4 GiB the beginning is used.
    func drain(into room: UnsafeMutableRawBufferPointer) {
        unsafe stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_out = UInt32(clamping: room.count)
    }

    // 15 bits of window, plus 16: gzip's header and trailer instead of zlib's.
    static let gzipWindowBits: Int32 = 31
    static var byteCount: Int32 { Int32(unsafe MemoryLayout<z_stream>.size) }
}
