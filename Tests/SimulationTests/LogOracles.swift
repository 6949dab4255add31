import NewswireLog
import NewswireTesting

// Which function checks which oracle after a crash ("R") or after every step ("S"):
//
// | oracle | what it says | checked by |
// | --- | --- | --- |
// | O1  | R what was acknowledged is there | ReferenceLog.violation: the promised end |
// | O2  | R nothing is invented or altered | ReferenceLog.violation: the values |
// | O3  | S,R offsets rise, none is given twice | LogScan; DirectoryRun.append |
// | O4  | S,R no gap | LogScan |
// | O5  | R order: that of the values, as one thread appends | ReferenceLog.violation |
// | O6  | R the log ends where a batch ends, in order | ReferenceLog.violation: boundaries |
// | O7  | S,R no torn batch is served | LogScan, which reads with checksums |
// | O8  | S start <= visible end <= end | LogOracles.offsets |
// | O9  | R look-ups by offset and time answer as a scan does | LogOracles.lookUps |
// | O10 | S the ends never go back | LogOracles.movement |
// | O12 | R an atomic append is in all its partitions or in none | AtomicGroups |
// | O28 | R retention takes nothing that is not synced | ReferenceLog.violation: the start |
// | O29 | R nothing of a deleted topic comes back | DirectoryRun.replace: a new ReferenceLog |
// | O30 | R recovering twice is recovering once | DirectoryRun.repetition |
// | O30 | R reading only changes nothing | DirectoryRun.repetition |
// | O31 | S after a failure no acknowledgement that does not hold | FailedOperationTests |
// | O34 | R sizes and counts equal a recount | LogOracles.accounting |
// | O35 | S the same seed does the same | RandomDirectoryTests |

/// All of a log, read batch by batch.
struct LogScan {
    struct Batch {
        let baseOffset: Offset
        let lastOffset: Offset
    }

    private(set) var contents: ReferenceLog.Contents
    private(set) var batches: [Batch] = []
    private(set) var timestamps: [Timestamp] = []
    /// What is wrong with the offsets of the records.
    private(set) var irregularity: String?

    init(of log: PartitionLog) throws(LogFailure) {
        let start = log.offsets.logStartOffset
        contents = ReferenceLog.Contents(start: start, values: [])
        var next = start
        while next < log.offsets.highWatermark, irregularity == nil {
            let slice = try log.read(from: next, maxBytes: 1)
            try add(slice, from: next)
            next = slice.nextOffset
        }
    }

    private mutating func add(_ slice: FetchedSlice, from start: Offset) throws(LogFailure) {
        var next = start
        var records = slice.records()
        while let record = try records.next() {
            guard record.offset == next else {
                return irregularity = "offset \(record.offset) follows, not \(next)"
            }
            next = next + 1
            if let value = record.value { contents.values.append([UInt8](copying: value)) }
            timestamps.append(record.timestamp)
        }
        guard next == slice.nextOffset, next > start else {
            return irregularity = "a slice ends at \(next), and says at \(slice.nextOffset)"
        }
        batches.append(Batch(baseOffset: start, lastOffset: Offset(slice.nextOffset.value - 1)))
    }
}

/// What has to hold whatever was done.
enum LogOracles {
    static func offsets(of log: PartitionLog) -> String? {
        let offsets = log.offsets
        let isRight =
            offsets.logStartOffset <= offsets.highWatermark
            && offsets.highWatermark <= offsets.logEndOffset
        return isRight ? nil : "its ends are \(offsets)"
    }

    static func movement(from old: LogOffsets?, to new: LogOffsets) -> String? {
        guard let old else { return nil }
        let isRight =
            old.logStartOffset <= new.logStartOffset && old.highWatermark <= new.highWatermark
            && old.logEndOffset <= new.logEndOffset
        return isRight ? nil : "its ends went from \(old) back to \(new)"
    }

    /// Every batch by its last offset, and every time that occurs, before the first, after the
    /// last.
    static func lookUps(in log: PartitionLog, _ scan: LogScan) throws(LogFailure) -> String? {
        for batch in scan.batches {
            let slice = try log.read(from: batch.lastOffset, maxBytes: 1)
            var records = slice.records()
            var first: Offset?
            if let record = try records.next() { first = record.offset }
            guard first == batch.lastOffset, slice.nextOffset == batch.lastOffset + 1 else {
                return "offset \(batch.lastOffset) is looked up and not found"
            }
        }
        guard let last = scan.timestamps.max() else { return nil }
        let later = Timestamp(milliseconds: last.milliseconds + 1)
        let asked = Set(scan.timestamps).union([Timestamp(milliseconds: 0), later])
        // Sorted, so that the same is read in the same order every time.
        for timestamp in asked.sorted() {
            let slot = scan.timestamps.firstIndex { $0 >= timestamp }
            let expected = slot.map { scan.contents.start + Int64($0) }
            let found = try log.firstOffset(at: timestamp)?.offset
            guard found == expected else {
                return "\(timestamp) is looked up at \(found as Any), not at \(expected as Any)"
            }
        }
        return nil
    }

    /// Whether the log knows the number and size of its files; to be asked when nothing is hidden.
    static func accounting(of log: PartitionLog, on disk: SimulatedFileSystem) -> String? {
        let folder = "/data/\(log.partition)/"
        let files = disk.paths.filter { path in
            path.hasPrefix(folder)
                && SegmentFileName(String(path.dropFirst(folder.count)))?.kind == .log
        }
        do throws(IOFailure) {
            var byteCount = 0
            for file in files { byteCount += try disk.status(of: file)?.byteCount ?? 0 }
            let storage = log.storage
            let isRight = storage.segmentCount == files.count && storage.byteCount == byteCount
            return isRight
                ? nil : "it counts \(storage), and there are \(byteCount) bytes in \(files)"
        } catch {
            // What was to fail in the log failed here: nothing is known.
            return nil
        }
    }
}
