import NewswireLog

/// What an open of a damaged directory says and what can be read then, as lines to be compared.
struct OpeningReport {
    let lines: [String]

    /// Describes `opened`, whose directory is at `path`, after all of `orders-0` was read once.
    ///
    /// - Parameters:
    ///   - opened: the open directory.
    ///   - path: where it is; it is left out of the lines.
    ///   - records: the records that were appended, as lines, from offset 0 on.
    /// - Throws: what reading throws, apart from damage.
    init(_ opened: OpenedDirectory, at path: String, _ records: [String]) throws {
        let report = opened.directory.recoveryReport
        let log = try opened.log("orders-0")
        let found = try log.lines()
        var lines = [report.wasClean ? "closed in order" : "not closed in order"]
        lines += report.quarantined.map { "set aside \($0)" }
        lines += Self.damagedRedo(opened.events)
        for recovery in report.partitions { lines += Self.lines(recovery) }
        lines += Self.rebuiltIndexes(opened.events)
        lines += Self.ranges(found, records)
        lines.append("next append at \(log.offsets.logEndOffset)")
        self.lines = lines.map { $0.replacing(path + "/", with: "") }
    }

    private static func lines(_ recovery: PartitionRecovery) -> [String] {
        var lines = ["\(recovery.partition): \(recovery.scannedByteCount) bytes verified"]
        lines += recovery.cut.map { "cut \($0.path) at \($0.position), \($0.byteCount) bytes" }
        lines += recovery.quarantined.map { "set aside \($0)" }
        lines += recovery.rebuilt.sorted().map { "made again \($0)" }
        lines += recovery.lost.map { "lost \($0.offsets.lowerBound)..<\($0.offsets.upperBound)" }
        lines += recovery.ignored.map { "left alone \($0)" }
        return lines
    }

    private static func damagedRedo(_ events: [LogEvent]) -> [String] {
        events.compactMap { event in
            guard case .redoDamaged(let damage) = event else { return nil }
            return "damaged \(damage.path) at \(damage.position), \(damage.byteCount) bytes"
        }
    }

    private static func rebuiltIndexes(_ events: [LogEvent]) -> [String] {
        events.compactMap { event in
            guard case .indexRebuilt(_, let path) = event else { return nil }
            return "made again \(path)"
        }
    }

    /// The offsets whose lines are the expected ones, and what stands between them.
    private static func ranges(_ found: [String], _ records: [String]) -> [String] {
        var ranges: [String] = []
        var start: Int?
        var end = 0
        for line in found {
            if let number = records.firstIndex(of: line) {
                if let begun = start, number != end {
                    ranges.append("readable \(begun)..<\(end)")
                    start = number
                }
                start = start ?? number
                end = number + 1
            } else {
                if let begun = start { ranges.append("readable \(begun)..<\(end)") }
                start = nil
                ranges.append(line)
            }
        }
        if let start { ranges.append("readable \(start)..<\(end)") }
        return ranges
    }
}
