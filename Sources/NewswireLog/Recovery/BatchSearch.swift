/// Looks for the next good batch behind damage, byte by byte, in bounded memory and bounded work.
///
/// Its magic, its checksum and its order have to be right, and so has the header of the batch that
/// follows, if one does: the value of a record may hold a whole batch of another log.
package struct BatchSearch {
    private static let windowByteCount = 256 << 10
    // A batch behind damage that is larger is passed by: bytes at random would have it read for
    // ever.
    private static let batchByteCountMax = 64 << 20

    private let file: any File
    /// Where the bytes end.
    private let limit: Int
    // How many bytes may still be checksummed for batches that turn out to be none.
    private var budget: Int

    package init(_ file: any File, limit: Int) {
        self.file = file
        self.limit = limit
        budget = 4 * limit
    }

    /// The first position from `start` on where a batch with a right checksum begins.
    ///
    /// - Returns: nil when there is none whose base offset is `offset` or a later one.
    package mutating func firstBatch(
        from start: FilePosition, at offset: Offset
    ) throws(IOFailure) -> FilePosition? {
        var position = start.value
        while position + RecordBatchHeader.byteCount <= limit {
            let window = try file.read(
                min(Self.windowByteCount, limit - position), at: FilePosition(position))
            guard window.count >= RecordBatchHeader.byteCount else { return nil }
            let last = window.count - RecordBatchHeader.byteCount
            for place in 0...last where Self.mayBegin(window.rawSpan, at: place) {
                let candidate = FilePosition(position + place)
                if try isBatch(window.rawSpan, at: place, candidate, offset) { return candidate }
            }
            position += last + 1
        }
        return nil
    }

    /// Few places pass: the magic byte, and the high bytes of offset and length.
    private static func mayBegin(_ bytes: RawSpan, at place: Int) -> Bool {
        typealias Layout = RecordBatchLayout
        let magic = bytes.bigEndian(Int8.self, at: place + Layout.magic.lowerBound)
        guard magic == RecordBatchHeader.currentMagic else { return false }
        let offset = bytes.bigEndian(Int64.self, at: place + Layout.baseOffset.lowerBound)
        let length = bytes.bigEndian(Int32.self, at: place + Layout.batchLength.lowerBound)
        return offset >= 0 && length > 0 && length <= batchByteCountMax
    }

    private mutating func isBatch(
        _ bytes: RawSpan, at place: Int, _ position: FilePosition, _ offset: Offset
    ) throws(IOFailure) -> Bool {
        do throws(BatchFailure) {
            let header = try RecordBatchHeader(bytes.extracting(droppingFirst: place))
            guard header.baseOffset >= offset, header.byteCount <= limit - position.value,
                header.byteCount <= budget
            else { return false }
            budget -= header.byteCount
        } catch {
            return false
        }
        var scan = SegmentScan(file, from: position, expecting: nil, limit: limit)
        guard case .batch(let header, _)? = try scan.next() else { return false }
        return try isFollowed(header, until: position + header.byteCount)
    }

    private func isFollowed(
        _ batch: RecordBatchHeader, until end: FilePosition
    ) throws(IOFailure) -> Bool {
        guard end.value < limit else { return true }
        let bytes = try file.read(
            min(RecordBatchHeader.byteCount, limit - end.value), at: end)
        do throws(BatchFailure) {
            return try RecordBatchHeader(bytes.rawSpan).baseOffset >= batch.nextOffset
        } catch {
            // A tail that was never finished, or more damage, or no batch of this log.
            return bytes.count < RecordBatchHeader.byteCount
        }
    }
}
