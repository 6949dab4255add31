/// Reads the batches of a segment file front to back by `pread`, in bounded memory, trusting
/// nothing.
///
/// Memory: a window that grows to the largest batch that really is in the file.
package struct SegmentScan: ~Copyable {
    /// Which base offset a batch may have after the one before it.
    package enum Order: Sendable {
        /// Exactly the next one, and each batch has a record for each of its offsets: as appends
        /// leave a log.
        case appended
        /// Exactly the next one: a log that was never compacted.
        case dense
        /// Any later one: a compacted log.
        case increasing
    }

    /// What stands at a place.
    package enum Step: Sendable {
        /// A batch with the right checksum, counts and offset.
        case batch(RecordBatchHeader, at: FilePosition)
        /// Something else; the scan stays there.
        case damage(BatchFailure, at: FilePosition)
    }

    private static let windowByteCount = 256 << 10

    /// Where the next batch is expected.
    package private(set) var position: FilePosition
    /// The least base offset that it may have; nil accepts any.
    package private(set) var expected: Offset?
    /// Where the bytes to scan end.
    package let limit: Int

    private let file: any File
    private let order: Order
    private var window = PageBuffer(byteCapacity: Self.windowByteCount)
    private var windowRange = 0..<0
    private var batchRange = 0..<0

    /// Scans `file` from `position` up to `limit` bytes.
    package init(
        _ file: any File, from position: FilePosition = .start, expecting expected: Offset?,
        limit: Int, order: Order = .dense
    ) {
        self.file = file
        self.position = position
        self.expected = expected
        self.limit = limit
        self.order = order
    }

    /// The bytes of the batch that ``next()`` answered last.
    package var batch: RawSpan {
        @_lifetime(borrow self)
        get { window.bytes.extracting(batchRange) }
    }

    /// The next batch or damage; nil at the end.
    package mutating func next() throws(IOFailure) -> Step? {
        let remaining = limit - position.value
        guard remaining > 0 else { return nil }
        guard remaining >= RecordBatchHeader.byteCount else {
            return damage(.truncated(byteCount: remaining, needed: RecordBatchHeader.byteCount))
        }
        guard try load(RecordBatchHeader.byteCount) else { return shrunk() }
        let header: RecordBatchHeader
        do throws(BatchFailure) {
            header = try RecordBatchHeader(batch)
        } catch { return damage(error) }
        guard header.byteCount <= remaining else {
            return damage(.truncated(byteCount: remaining, needed: header.byteCount))
        }
        if let expected, !isRight(header.baseOffset, after: expected) {
            return damage(.badBaseOffset(header.baseOffset, expected: expected))
        }
        guard try load(header.byteCount) else { return shrunk() }
        do throws(BatchFailure) {
            switch order {
            case .appended: _ = try RecordBatchValidator.verifyAppended(batch)
            case .dense, .increasing: _ = try RecordBatchValidator.verify(batch)
            }
        } catch { return damage(error) }
        defer {
            position = position + header.byteCount
            expected = header.nextOffset
        }
        return .batch(header, at: position)
    }

    /// Goes on elsewhere, after damage.
    package mutating func move(to position: FilePosition, expecting expected: Offset?) {
        self.position = position
        self.expected = expected
    }

    /// Goes on behind the damage it stands at: where the length of the damaged batch leads, if a
    /// good one stands there, else with the next good one that can be found before `end`.
    ///
    /// - Returns: false when there is none; then nothing changed.
    package mutating func passDamage(before end: FilePosition? = nil) throws(IOFailure) -> Bool {
        let (damaged, least) = (position, expected)
        let limit = min(end?.value ?? limit, limit)
        var place = damaged
        while let next = try self.end(ofBatchAt: place), next.value < limit {
            place = next
            if try isGood(at: place, after: least) { return true }
        }
        var search = BatchSearch(file, limit: limit)
        guard let found = try search.firstBatch(from: damaged + 1, at: least ?? .zero) else {
            move(to: damaged, expecting: least)
            return false
        }
        move(to: found, expecting: nil)
        return true
    }

    /// Whether a good batch, in order, stands at `place`; then the scan stands there, too.
    private mutating func isGood(
        at place: FilePosition, after least: Offset?
    ) throws(IOFailure) -> Bool {
        move(to: place, expecting: nil)
        guard case .batch(let header, _)? = try next() else { return false }
        move(to: place, expecting: nil)
        return header.baseOffset >= least ?? .zero
    }

    /// Where the header at `place` says that its batch ends; nil when there is no header.
    private func end(ofBatchAt place: FilePosition) throws(IOFailure) -> FilePosition? {
        let bytes = try file.read(
            max(0, min(RecordBatchHeader.byteCount, limit - place.value)), at: place)
        do throws(BatchFailure) {
            return place + (try RecordBatchHeader(bytes.rawSpan)).byteCount
        } catch {
            // Damaged as well: its length cannot be believed.
            return nil
        }
    }

    private func damage(_ failure: BatchFailure) -> Step { .damage(failure, at: position) }

    private func shrunk() -> Step {
        damage(.truncated(byteCount: windowRange.upperBound - position.value, needed: limit))
    }

    private func isRight(_ offset: Offset, after expected: Offset) -> Bool {
        switch order {
        case .appended, .dense: offset == expected || Mutant.baseOffsetUnchecked.isOn
        case .increasing: offset >= expected
        }
    }

    /// Has `byteCount` bytes from ``position`` on in the window; false when the file became
    /// shorter.
    private mutating func load(_ byteCount: Int) throws(IOFailure) -> Bool {
        let wanted = position.value..<(position.value + byteCount)
        if wanted.lowerBound < windowRange.lowerBound || wanted.upperBound > windowRange.upperBound
        {
            if byteCount > window.byteCapacity { window.grow(to: byteCount) }
            let portion = min(window.byteCapacity, limit - position.value)
            let count = try Self.fill(&window, portion, from: file, at: position)
            windowRange = position.value..<(position.value + count)
        }
        let start = position.value - windowRange.lowerBound
        guard wanted.upperBound <= windowRange.upperBound else { return false }
        batchRange = start..<(start + byteCount)
        return true
    }

    private static func fill(
        _ window: inout PageBuffer, _ byteCount: Int, from file: any File,
        at position: FilePosition
    ) throws(IOFailure) -> Int {
        var target = window.mutableBytes(first: byteCount)
        return try file.read(into: &target, at: position)
    }
}
