import NewswireLog

/// Cuts a stream of bytes into lines, whatever the pieces in which it comes.
///
/// A line ends with a line feed, which does not belong to it; a carriage return before it does.
/// What is kept is bounded: a line past the limit is skipped to its end, and counted.
struct LineSplitter {
    /// A line, or what stands in its place.
    enum Line: Hashable {
        /// The bytes of a line, to be had from ``LineSplitter/bytes(_:)`` until more are read.
        case line(number: Int, Range<Int>)
        /// A line that is longer than the limit.
        case tooLong(number: Int)
    }

    private static let portionByteCount = 64 << 10

    /// How long a line may be.
    let byteCountMax: Int
    /// How many bytes were read so far.
    private(set) var readByteCount: Int64 = 0
    private var buffer: [UInt8] = []
    // Everything before has been handed out.
    private var start = 0
    // No line feed stands between `start` and here.
    private var searched = 0
    private var lineNumber = 0
    private var isSkipping = false

    /// Cuts lines of at most `byteCountMax` bytes.
    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// The bytes of a line.
    @_lifetime(borrow self)
    func bytes(_ range: Range<Int>) -> RawSpan { buffer.rawSpan.extracting(range) }

    /// Reads what is there; false at the end of the stream.
    mutating func read(from input: InputDescriptor) throws(IOFailure) -> Bool {
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        let count = try input.read(upTo: Self.portionByteCount, appendingTo: &buffer)
        readByteCount += Int64(count)
        return count > 0
    }

    /// The next whole line; nil when the bytes so far hold no more.
    mutating func next() -> Line? {
        while let end = lineFeed() {
            let range = start..<end
            start = end + 1
            searched = start
            lineNumber += 1
            guard isSkipping || range.count > byteCountMax else {
                return .line(number: lineNumber, range)
            }
            isSkipping = false
            return .tooLong(number: lineNumber)
        }
        searched = buffer.count
        guard searched - start > byteCountMax else { return nil }
        // Only its end is of interest now.
        isSkipping = true
        start = searched
        return nil
    }

    /// What stands behind the last line feed, to be asked for at the end; nil when nothing does.
    mutating func last() -> Line? {
        guard isSkipping || start < buffer.count else { return nil }
        let range = start..<buffer.count
        start = buffer.count
        searched = start
        lineNumber += 1
        return isSkipping ? .tooLong(number: lineNumber) : .line(number: lineNumber, range)
    }

    private func lineFeed() -> Int? {
        let bytes = buffer.rawSpan
        var position = searched
        while position < bytes.byteCount {
            if bytes.bigEndian(UInt8.self, at: position) == UInt8(ascii: "\n") { return position }
            position += 1
        }
        return nil
    }
}
