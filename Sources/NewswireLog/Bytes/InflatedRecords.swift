/// Memory for the inflated records of one batch at a time, reused from batch to batch.
@safe
final class InflatedRecords {
    private var decoder: GzipDecoder
    private var buffer = PageBuffer(byteCapacity: 64 << 10)

    init() throws(GzipFailure) { decoder = try GzipDecoder() }

    /// Where the inflated bytes begin, until the next call of ``inflate(_:byteLimit:)``.
    var start: UnsafeMutableRawPointer { unsafe buffer.start }

    /// Inflates `compressed` and answers how many bytes came out.
    func inflate(_ compressed: RawSpan, byteLimit: Int) throws(GzipFailure) -> Int {
        try decoder.decode(compressed, into: &buffer, byteLimit: byteLimit)
    }
}
