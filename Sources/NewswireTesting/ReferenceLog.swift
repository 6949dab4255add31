public import NewswireLog

/// What one partition has to hold, kept in the simplest way, to compare a log with.
///
/// It follows what is asked of the log: what is begun may have happened, what is acknowledged has.
/// After a crash it says whether what is found is one of the states that are allowed, and goes on
/// from there.
public struct ReferenceLog: Sendable {
    /// What is read from a log, from its start to its end.
    public struct Contents: Hashable, Sendable {
        /// The offset of the first record.
        public var start: Offset
        /// The values of all records; offsets are dense.
        public var values: [[UInt8]]

        /// What was read from `start` on.
        public init(start: Offset, values: [[UInt8]]) {
            self.start = start
            self.values = values
        }

        /// Reads all of `log`, in portions of at most `maxBytes` bytes or one batch.
        package init(of log: PartitionLog, maxBytes: Int) throws(LogFailure) {
            start = log.offsets.logStartOffset
            values = []
            var next = start
            while next < log.offsets.highWatermark {
                let slice = try log.read(from: next, maxBytes: maxBytes)
                var records = slice.records()
                while let record = try records.next() {
                    guard let value = record.value else { continue }
                    values.append([UInt8](copying: value))
                }
                next = slice.nextOffset
            }
        }

        /// The offset behind the last record.
        public var end: Offset { start + Int64(values.count) }
    }

    /// How the log came to an end before it is looked at.
    public enum Ending: Sendable {
        /// In order: everything is there.
        case closed
        /// The process died: what was written is there.
        case killed
        /// The power failed: what was synced is there.
        case powerFailed
    }

    /// All values from offset 0 on, those of a begun append included.
    private var values: [[UInt8]] = []
    /// Where batches begin and end, rising; a log ends at one of them.
    private var boundaries = [Offset.zero]
    /// Everything before it was acknowledged as written.
    private var writtenEnd = Offset.zero
    /// Everything before it was acknowledged as synced.
    private var syncedEnd = Offset.zero
    /// Where the log begins: at least, and at most.
    private var starts = Offset.zero...Offset.zero

    /// An empty log.
    public init() {}

    /// The offset that the next batch gets.
    public var nextOffset: Offset { Offset(Int64(values.count)) }

    /// Where the log begins, if no trim is in doubt.
    public var logStartOffset: Offset { starts.upperBound }

    /// The value that was appended at `offset`; nil when none was.
    public func value(at offset: Offset) -> [UInt8]? {
        offset >= .zero && offset < nextOffset ? values[Int(offset.value)] : nil
    }

    /// Everything before it was acknowledged as synced.
    public var promisedEnd: Offset { syncedEnd }

    // MARK: What is asked of the log

    /// An append of one batch is begun.
    public mutating func beginAppend(_ batch: [[UInt8]]) {
        values += batch
        boundaries.append(nextOffset)
    }

    /// Everything begun is in the system: a dying process does not take it along.
    public mutating func acknowledgeWritten() { writtenEnd = nextOffset }

    /// Everything begun is on the disk.
    public mutating func acknowledgeSynced() {
        writtenEnd = nextOffset
        syncedEnd = nextOffset
    }

    /// The start is asked to rise to `offset`.
    public mutating func beginTrim(before offset: Offset) {
        starts = starts.lowerBound...max(starts.upperBound, offset)
    }

    /// The start has risen, durably.
    public mutating func acknowledgeTrim() { starts = starts.upperBound...starts.upperBound }

    // MARK: What is found

    /// Why `found` cannot be what is left after `ending`; nil when it can.
    public func violation(of found: Contents, after ending: Ending) -> String? {
        let promised =
            switch ending {
            case .closed: nextOffset
            case .killed: writtenEnd
            case .powerFailed: syncedEnd
            }
        guard starts.contains(found.start) else {
            return "it begins at \(found.start), not in \(starts)"
        }
        guard found.end >= max(promised, starts.lowerBound) else {
            return "it ends at \(found.end), and \(promised) was promised"
        }
        guard found.end <= nextOffset else {
            return "it ends at \(found.end), and only \(nextOffset) was appended"
        }
        guard boundaries.contains(found.end) || found.values.isEmpty else {
            return "it ends at \(found.end), within a batch"
        }
        let first = Int(found.start.value)
        let wrong = found.values.indices.first { values[first + $0] != found.values[$0] }
        return wrong.map { "the value at offset \(first + $0) is another one" }
    }

    /// Goes on from what was found: what it lacks never happened.
    public mutating func adopt(_ found: Contents) {
        values.removeSubrange(Int(found.end.value)...)
        boundaries.removeAll { $0 >= found.end }
        // Within a batch when what was before the start is gone: the log goes on from there.
        boundaries.append(found.end)
        writtenEnd = min(writtenEnd, found.end)
        syncedEnd = min(syncedEnd, found.end)
        starts = found.start...found.start
    }
}
