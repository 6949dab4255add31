extension EngineEvent {
    /// Says what an event of the log means to a program.
    init(_ event: LogEvent) {
        switch event {
        case .recovered(let recovery): self.init(recovery)
        case .checkpointSetAside(let path, let failure):
            self.init(
                .damage, .warning,
                "the newest checkpoint was damaged (\(failure)) and is now \(path): an older one"
                    + " counts, and more was verified")
        case .rolled(let partition, let baseOffset, let reason):
            self.init(
                .roll, .info, "\(partition): a segment begins at offset \(baseOffset) (\(reason))",
                partition: partition)
        case .segmentDeleted(let partition, let baseOffset, let byteCount, let reason):
            self.init(
                .retention, .info,
                "\(partition): the segment at offset \(baseOffset) with \(byteCount) bytes was"
                    + " removed (\(reason))",
                partition: partition)
        case .indexRebuilt(let partition, let path):
            self.init(
                .indexRebuilt, .warning,
                "\(partition): \(path) led to the wrong place and was made again from the log",
                partition: partition)
        case .redoDamaged(let damage) where damage.byteCount == 0:
            self.init(
                .damage, .error,
                "\(damage.path) is missing; what it held is only found where a segment has it")
        case .redoDamaged(let damage):
            self.init(
                .damage, .error,
                "\(damage.path), position \(damage.position): \(damage.byteCount) bytes went bad;"
                    + " what they held is only found where a segment has it")
        case .redoIncomplete(let path):
            self.init(
                .damage, .error,
                "redo files are missing in \(path), or a part of one: what they held is only found"
                    + " where a segment has it")
        case .damaged(let partition, let offsets, let path, let failure):
            self.init(
                .damage, .error,
                "\(partition): offsets \(offsets.lowerBound) to \(offsets.upperBound) (exclusive)"
                    + " are damaged in \(path): \(failure); others are served",
                partition: partition)
        case .slowSync(let partition, let duration):
            self.init(
                .slowSync, .warning, "\(partition): a sync took \(duration)", partition: partition)
        case .stopped(let partition, let failure):
            self.init(
                .stopped, .error,
                "\(partition) accepts nothing more: \(failure); open the directory again",
                partition: partition)
        case .maintenanceFailed(let failure):
            self.init(
                .maintenance, .warning,
                "work in the background failed and will be tried again: "
                    + NewswireError(failure).message)
        case .clockMoved(let before, let now):
            self.init(
                .clock, .warning,
                "the wall clock went from \(before) to \(now) while the directory was closed:"
                    + " nothing expires for a minute")
        case .ignoredFile(let path):
            self.init(.unknownFile, .warning, "\(path) is none of Newswire's files: left alone")
        }
    }

    private init(_ recovery: PartitionRecovery) {
        let partition = recovery.partition
        var changes: [String] = []
        for tail in recovery.cut {
            changes.append("\(tail.byteCount) bytes were cut from \(tail.path)")
        }
        changes += recovery.quarantined.map { "\($0) was set aside" }
        changes += recovery.rebuilt.map { "\($0) was made again" }
        for range in recovery.lost {
            changes.append(
                "offsets \(range.offsets.lowerBound) to \(range.offsets.upperBound) are lost:"
                    + " \(range.reason)")
        }
        let what = changes.isEmpty ? "nothing had to be changed" : changes.joined(separator: "; ")
        self.init(
            recovery.lost.isEmpty ? .recovery : .damage,
            recovery.lost.isEmpty ? (recovery.changedAnything ? .warning : .info) : .error,
            "\(partition): \(what); the log ends at \(recovery.logEndOffset)",
            partition: partition)
    }
}
