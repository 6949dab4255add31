import Newswire
import NewswireLog

/// Goes through a segment file from its beginning to its end: over batches, and over damage to what
/// is good behind it.
struct SegmentWalk: ~Copyable {
    /// What stands at a place.
    enum Step {
        /// A batch that is as it was written; its bytes are ``SegmentWalk/batch``.
        case batch(RecordBatchHeader, at: FilePosition)
        case damage(Damage)
    }

    // A program that writes may be seen in the middle of it: its last batch is looked at again.
    private static let looks = 5
    private static let pauseMilliseconds: Int32 = 20

    private let file: any File
    private var limit: Int
    private var scan: SegmentScan
    private var search: BatchSearch
    // What the next batch's base offset has to be at least.
    private var expected: Offset

    /// Walks through `file`, whose name says `baseOffset`.
    init(_ file: any File, from baseOffset: Offset) throws(IOFailure) {
        self.file = file
        expected = baseOffset
        limit = try file.byteCount()
        scan = SegmentScan(file, expecting: nil, limit: limit)
        search = BatchSearch(file, limit: limit)
    }

    /// The bytes of the batch that ``next()`` answered last.
    var batch: RawSpan {
        @_lifetime(borrow self)
        get { scan.batch }
    }

    /// Where the walk stands.
    var position: FilePosition { scan.position }

    /// The next batch or damage; nil at the end.
    mutating func next() throws(IOFailure) -> Step? {
        // The order of offsets is not the scan's concern: a batch out of order is shown, too.
        scan.move(to: scan.position, expecting: nil)
        switch try scan.next() {
        case nil: return nil
        case .batch(let header, let position):
            expected = header.nextOffset
            return .batch(header, at: position)
        case .damage(let failure, let position): return try pass(failure, at: position)
        }
    }

    private mutating func pass(
        _ failure: BatchFailure, at position: FilePosition
    ) throws(IOFailure) -> Step? {
        let good = try goodBatch(behind: position)
        if good == nil, try lookAgain(at: position),
            case .batch(let header, let position)? = try scan.next()
        {
            expected = header.nextOffset
            return .batch(header, at: position)
        }
        let end = good?.position ?? FilePosition(limit)
        scan.move(to: end, expecting: nil)
        return .damage(
            Damage(
                path: file.path, bytes: position..<end, offset: expected, nextOffset: good?.offset,
                problem: failure.description))
    }

    /// Where good batches go on: behind the damaged one if its length leads there, else wherever.
    private mutating func goodBatch(
        behind position: FilePosition
    ) throws(IOFailure) -> (position: FilePosition, offset: Offset)? {
        let offset = expected
        if let end = try endOfBatch(at: position), end.value < limit {
            var scan = SegmentScan(
                file, from: end, expecting: offset, limit: limit, order: .increasing)
            if case .batch(let header, _)? = try scan.next() { return (end, header.baseOffset) }
        }
        guard let found = try search.firstBatch(from: position + 1, at: offset) else { return nil }
        let bytes = try file.read(RecordBatchHeader.byteCount, at: found)
        do throws(BatchFailure) {
            return (found, try RecordBatchHeader(bytes.rawSpan).baseOffset)
        } catch {
            // It was one a moment ago: somebody changes the file.
            return nil
        }
    }

    private func endOfBatch(at position: FilePosition) throws(IOFailure) -> FilePosition? {
        let bytes = try file.read(RecordBatchHeader.byteCount, at: position)
        do throws(BatchFailure) {
            return position + (try RecordBatchHeader(bytes.rawSpan).byteCount)
        } catch {
            return nil
        }
    }

    /// Whether the bytes at the end of the file became a batch while we looked.
    private mutating func lookAgain(at position: FilePosition) throws(IOFailure) -> Bool {
        for _ in 0..<Self.looks {
            Pause.wait(milliseconds: Self.pauseMilliseconds)
            let byteCount = try file.byteCount()
            var again = SegmentScan(file, from: position, expecting: nil, limit: byteCount)
            guard case .batch? = try again.next() else { continue }
            limit = byteCount
            scan = SegmentScan(file, from: position, expecting: nil, limit: limit)
            search = BatchSearch(file, limit: limit)
            return true
        }
        return false
    }
}
