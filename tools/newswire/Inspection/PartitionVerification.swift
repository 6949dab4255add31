import Newswire
import NewswireLog

/// Verifies a partition's directory: every batch, index, snapshot and checkpoint.
struct PartitionVerification {
    let fileSystem: any FileSystem
    /// Whether every offset has to be there: a log of ours that was never compacted.
    let isDense: Bool
    /// Whether files are read from the disk, even what is in memory.
    let scrubs: Bool
    let report: VerificationReport

    // Of the directory in hand.
    private var epochs: LeaderEpochTable?
    private var expected: Offset?

    init(
        _ fileSystem: any FileSystem, isDense: Bool, scrubs: Bool, report: VerificationReport
    ) {
        self.fileSystem = fileSystem
        self.isDense = isDense
        self.scrubs = scrubs
        self.report = report
    }

    /// Verifies the files of one directory; those that are gone since it was listed are left out.
    mutating func verify(_ directory: LogTree.Directory) throws {
        epochs = nil
        expected = nil
        // First, so that no batch that is appended meanwhile is of an epoch that we don't know.
        for file in directory.files where file.kind == .leaderEpochs {
            try unlessGone { verification in try verification.verifyEpochs(file) }
        }
        for file in directory.files {
            switch file.kind {
            case .segment(let name) where name.kind == .log:
                try unlessGone { verification in
                    try verification.verifySegment(file, name, beside: directory.files)
                }
            case .segment(let name) where name.kind == .producerSnapshot:
                try unlessGone { verification in try verification.verifySnapshot(file) }
            case .segment(let name):
                let log = SegmentFileName(name.baseOffset, .log)
                guard !directory.files.contains(where: { $0.kind == .segment(log) }) else { break }
                try unlessGone { verification in try verification.verifyOrder(of: file, name) }
            case .partitionMetadata:
                try unlessGone { verification in try verification.verifyMetadata(file) }
            case .directoryFormat, .head, .offsetCheckpoint:
                try unlessGone { verification in try verification.verifyRoot(file) }
            case .redo: try unlessGone { verification in try verification.verifyRedo(file) }
            case .leaderEpochs, .properties: break
            }
        }
    }

    private mutating func unlessGone(_ body: (inout Self) throws -> Void) throws {
        do {
            try body(&self)
        } catch let failure as IOFailure where failure.isNotFound {
            // Retention or the deletion of its topic took it away: there is nothing to verify.
            return
        }
    }

    private func open(_ file: LogFile) throws(IOFailure) -> any File {
        if scrubs { try PageCache.drop(file.path) }
        return try fileSystem.openFile(file.path, .read)
    }

    private func contents(of file: LogFile) throws -> [UInt8] {
        let open = try open(file)
        let byteCount = try open.byteCount()
        report.fileCount += 1
        report.note(byteCount: byteCount)
        return try open.read(min(byteCount, FileInspection.textByteCountMax), at: .start)
    }

    // MARK: Segments

    private mutating func verifySegment(
        _ file: LogFile, _ name: SegmentFileName, beside files: [LogFile]
    ) throws {
        // Before the log is opened: its end is seen later than theirs, which then lies inside.
        var indexes = try indexChecks(of: name, among: files)
        var walk = try SegmentWalk(try open(file), from: name.baseOffset)
        report.segmentCount += 1
        if expected == nil { expected = name.baseOffset }
        while let step = try walk.next() {
            switch step {
            case .batch(let header, let position):
                try indexes.update { index in try index.compare(header, at: position) }
                try verify(walk.batch, header, at: position, in: file)
            case .damage(let damage):
                try indexes.update { index in try index.pass(damage) }
                expected = damage.nextOffset ?? expected
                try report.write(damage)
            }
        }
        try indexes.update { index in try index.finish() }
        for damage in indexes.flatMap(\.damage) { try report.write(damage) }
    }

    private func indexChecks(
        of log: SegmentFileName, among files: [LogFile]
    ) throws -> [IndexCheck] {
        var indexes: [IndexCheck] = []
        for file in files {
            guard case .segment(let name) = file.kind, name.isIndex(of: log) else { continue }
            report.fileCount += 1
            indexes.append(try IndexCheck(try open(file), name))
        }
        return indexes
    }

    private mutating func verify(
        _ batch: RawSpan, _ header: RecordBatchHeader, at position: FilePosition, in file: LogFile
    ) throws {
        report.batchCount += 1
        report.recordCount += Int64(header.recordCount)
        report.note(byteCount: header.byteCount)
        for problem in problems(of: batch, header) {
            try report.write(
                Damage(
                    path: file.path, bytes: position..<position + header.byteCount,
                    offset: header.baseOffset, nextOffset: header.nextOffset, problem: problem))
        }
        expected = header.nextOffset
    }

    /// What is wrong with a batch whose checksum is right.
    private mutating func problems(of batch: RawSpan, _ header: RecordBatchHeader) -> [String] {
        var problems: [String] = []
        if let expected, header.baseOffset < expected || (isDense && header.baseOffset > expected) {
            problems.append("it begins at offset \(header.baseOffset), not \(expected)")
        }
        if let problem = epochProblem(of: header) { problems.append(problem) }
        do throws(BatchFailure) {
            try RecordBatchValidator.verifyRecords(batch)
        } catch {
            if case .unsupportedCodec = error {
                report.undecodedBatchCount += 1
            } else {
                problems.append(error.description)
            }
        }
        return problems
    }

    /// What the epoch file says against the batch's epoch; nothing about batches before its first.
    private func epochProblem(of header: RecordBatchHeader) -> String? {
        guard header.leaderEpoch >= 0, let epoch = epochs?.epoch(at: header.baseOffset),
            epoch != header.leaderEpoch
        else { return nil }
        return "its leader epoch is \(header.leaderEpoch), not \(epoch) as in"
            + " \(LeaderEpochTable.fileName)"
    }

    // MARK: Other files

    private mutating func verifyOrder(of file: LogFile, _ name: SegmentFileName) throws {
        report.fileCount += 1
        var slots = try IndexSlots(try open(file), name)
        while let step = try slots.next() {
            if case .damage(let damage) = step { try report.write(damage) }
        }
    }

    private mutating func verifySnapshot(_ file: LogFile) throws {
        let snapshot = ProducerSnapshotFile(try contents(of: file), of: file.path)
        for damage in snapshot.damage { try report.write(damage) }
    }

    private mutating func verifyEpochs(_ file: LogFile) throws {
        epochs = LeaderEpochTable(text: try contents(of: file))
        guard epochs == nil else { return }
        try report.write(
            Damage(path: file.path, problem: "it is no table of rising epochs and offsets"))
    }

    private mutating func verifyMetadata(_ file: LogFile) throws {
        guard PartitionMetadataFile.topicID(of: try contents(of: file)) == nil else { return }
        try report.write(Damage(path: file.path, problem: "it does not say the id of a topic"))
    }

    private func verifyRedo(_ file: LogFile) throws {
        // As an older version called it.
        if try RedoFiles.isHead(file.path, on: fileSystem) { return try verifyRoot(file) }
        var walk = try RedoWalk(try open(file), of: file.path, on: fileSystem)
        report.fileCount += 1
        while let step = try walk.next() {
            switch step {
            case .damage(let damage): try report.write(damage)
            case .group(let group, _): report.note(byteCount: group.pagesByteCount)
            }
        }
    }

    private func verifyRoot(_ file: LogFile) throws {
        let bytes = try contents(of: file)
        if file.kind == .offsetCheckpoint {
            for damage in CheckpointText(bytes, of: file.path, fieldCount: 3).damage {
                try report.write(damage)
            }
            return
        }
        do throws(FormatFailure) {
            if file.kind != .directoryFormat {
                _ = try RedoHead(bytes.rawSpan)
            } else {
                _ = try DirectoryFormat(bytes.rawSpan)
            }
        } catch {
            try report.write(Damage(path: file.path, problem: error.sentence))
        }
    }
}

extension [IndexCheck] {
    fileprivate mutating func update(_ body: (inout IndexCheck) throws -> Void) rethrows {
        for number in indices { try body(&self[number]) }
    }
}

extension SegmentFileName {
    /// Whether the file is an index of the segment with the log `log`.
    fileprivate func isIndex(of log: SegmentFileName) -> Bool {
        guard baseOffset == log.baseOffset else { return false }
        return [.offsetIndex, .timeIndex, .transactionIndex].contains(kind)
    }
}
