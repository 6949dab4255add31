/// Memory for the inflated records of one batch at a time, handed on from run to run.
@safe
@usableFromInline
package final class InflatedRecords {
    private var decoder: GzipDecoder
    private var buffer = PageBuffer(byteCapacity: 64 << 10)

    private init() throws(GzipFailure) { decoder = try GzipDecoder() }

    /// The memory of a closed run, or new memory.
    static func reused(_ closed: InflatedRecords?) throws(GzipFailure) -> InflatedRecords {
        if let closed { return closed }
        return try InflatedRecords()
    }

    /// Where the inflated bytes begin, until the next call of ``inflate(_:byteLimit:)``.
    var start: UnsafeMutableRawPointer { unsafe buffer.start }

    /// Inflates `compressed` and answers how many bytes came out.
    func inflate(_ compressed: RawSpan, byteLimit: Int) throws(GzipFailure) -> Int {
        try decoder.decode(compressed, into: &buffer, byteLimit: byteLimit)
    }
}
