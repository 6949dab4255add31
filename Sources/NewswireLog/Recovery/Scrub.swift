internal import Synchronization

/// Reads the logs of a directory little by little, at a bounded rate, so that rot is found before a
/// reader meets it.
///
/// It does nothing by itself: maintenance calls ``run(over:on:)`` when it is ``due``. Bytes are
/// verified as the system answers them: what it has in memory is not read from the disk again.
final class Scrub: Sendable {
    /// Where it stands; partitions come in the order of their names.
    private struct Cursor {
        var partition: TopicPartition?
        var segment: Offset?
        var position = FilePosition.start
        var expected: Offset?
    }

    /// Damage that was told.
    private struct Place: Hashable {
        let partition: TopicPartition
        let offset: Offset
    }

    private struct State {
        var cursor = Cursor()
        var due: Instant?
        var told: Set<Place> = []
    }

    /// How long after everything was read it begins again.
    static let pause = Duration.seconds(86_400)
    private static let sliceByteCount = 1 << 20
    /// So many places of damage are told once; behind that each pass tells them.
    private static let toldCountMax = 1024

    private let bytesPerSecond: Int
    private let state = Mutex(State())

    /// Reads `bytesPerSecond` at most; nothing when that is 0.
    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    /// When there is something to read; nil before ``begin(at:)`` and when it is off.
    var due: Instant? { state.withLock { $0.due } }

    /// Begins at `instant`, unless it is off.
    func begin(at instant: Instant) {
        guard bytesPerSecond > 0 else { return }
        state.withLock { $0.due = instant }
    }

    /// Reads a slice of the log whose turn it is, if one is due.
    ///
    /// - Throws: what the system says; the segment is left for the next pass.
    func run(over logs: [PartitionLog], on services: LogServices) throws(LogFailure) {
        let now = services.time.instant()
        guard let due, due <= now else { return }
        var cursor = state.withLock { $0.cursor }
        guard let (log, segment) = Self.next(of: logs, &cursor) else {
            return state.withLock { state in
                state.cursor = Cursor()
                state.due = now + Self.pause
            }
        }
        var byteCount = 0
        defer {
            // At least what opening the file costs.
            let nanoseconds = Double(max(byteCount, 4096)) / Double(bytesPerSecond) * 1e9
            state.withLock { state in
                state.cursor = cursor
                state.due = now + .nanoseconds(Int64(min(nanoseconds, 1e18)))
            }
        }
        let start = cursor.position
        do throws(IOFailure) {
            try read(segment, of: log, &cursor)
            byteCount = cursor.position.value - start.value
        } catch {
            cursor.position = FilePosition(segment.byteCount)
            // Its files may have gone with retention, or with the topic.
            guard !error.isNotFound else { return }
            throw .inputOutput(log.partition, error)
        }
    }

    /// The segment in which the cursor has something to read, the next one or that of another
    /// partition; nil behind the last one.
    private static func next(
        of logs: [PartitionLog], _ cursor: inout Cursor
    ) -> (PartitionLog, Segment)? {
        for log in logs.sorted(by: { $0.partition < $1.partition }) where log.isOpen {
            if let partition = cursor.partition, log.partition < partition { continue }
            guard let segment = unreadSegment(of: log, cursor) else { continue }
            if log.partition != cursor.partition || segment.baseOffset != cursor.segment {
                cursor = Cursor(
                    partition: log.partition, segment: segment.baseOffset, position: .start,
                    expected: segment.baseOffset)
            }
            return (log, segment)
        }
        return nil
    }

    private static func unreadSegment(of log: PartitionLog, _ cursor: Cursor) -> Segment? {
        let segments = log.view.withLock { $0.segments }
        guard log.partition == cursor.partition, let base = cursor.segment else {
            return segments.first { $0.byteCount > 0 }
        }
        return segments.first { segment in
            let read = segment.baseOffset == base ? cursor.position.value : 0
            return segment.baseOffset >= base && segment.byteCount > read
        }
    }

    private func read(
        _ segment: Segment, of log: PartitionLog, _ cursor: inout Cursor
    ) throws(IOFailure) {
        let sliceEnd = cursor.position + min(Self.sliceByteCount, max(bytesPerSecond, 4096))
        var scan = SegmentScan(
            try log.services.openFile(segment.source.path, .read), from: cursor.position,
            expecting: cursor.expected, limit: segment.byteCount, order: .appended)
        while scan.position < sliceEnd, let step = try scan.next() {
            guard case .damage(let failure, _) = step else { continue }
            let start = scan.expected ?? segment.baseOffset
            var end: Offset?
            if try scan.passDamage(), case .batch(let good, _)? = try scan.next() {
                end = good.baseOffset
            } else {
                scan.move(to: FilePosition(segment.byteCount), expecting: nil)
            }
            tell(failure, start..<max(start + 1, end ?? log.end(of: segment)), segment, log)
        }
        cursor.position = scan.position
        cursor.expected = scan.expected
    }

    private func tell(
        _ failure: BatchFailure, _ offsets: Range<Offset>, _ segment: Segment, _ log: PartitionLog
    ) {
        let place = Place(partition: log.partition, offset: offsets.lowerBound)
        let isNews = state.withLock { state in
            guard !state.told.contains(place) else { return false }
            if state.told.count < Self.toldCountMax { state.told.insert(place) }
            return true
        }
        guard isNews, log.isOpen else { return }
        log.services.onEvent(
            .damaged(log.partition, offsets, path: segment.source.path, failure))
    }
}

extension PartitionLog {
    /// The offset at which the next segment begins, or the visible end.
    fileprivate func end(of segment: Segment) -> Offset {
        let next = view.withLock { view in
            view.segments.first { $0.baseOffset > segment.baseOffset }?.baseOffset
        }
        return next ?? offsets.highWatermark
    }
}
