import NewswireLog
import NewswireTesting
import Testing

struct CommitLogReplayTests {
    let disk = SimulatedFileSystem()
    private let segment = "/data/\(LogStore.partition)/\(SegmentFileName(.zero, .log))"

    init() throws { try disk.createDirectory("/data") }

    /// A head of generation 1 that knows of what is before `recoveryPoint`.
    private func head(
        recoveryPoint: Int64? = nil, firstFile: UInt64 = 1, lastSequence: UInt64 = 0
    ) -> RedoHead {
        var entries: [RedoHead.Entry] = []
        if let recoveryPoint {
            var entry = RedoHead.Entry(LogStore.partition, identity: LogStore.identity)
            entry.recoveryPoint = Offset(recoveryPoint)
            entry.recoveryPosition = FilePosition(Int(recoveryPoint) * 100)
            entries = [entry]
        }
        var head = RedoHead(
            directoryID: SampleGroup.directoryID, generation: 1, isClean: false,
            wallClock: .absent, entries: entries)
        head.firstFile = firstFile
        head.lastSequence = lastSequence
        return head
    }

    private func facts(_ head: RedoHead?) -> CheckpointFacts {
        var found = RedoDirectory.Contents()
        found.newest = head
        return CheckpointFacts(found)
    }

    /// Replays what is on `disk` and moves `facts`.
    private func replay(
        _ head: RedoHead?, _ facts: inout CheckpointFacts, on disk: SimulatedFileSystem
    ) throws -> CommitLogReplay.Outcome {
        var replay = CommitLogReplay(in: "/data", of: SampleGroup.directoryID, on: disk)
        try replay.run(head, &facts)
        return replay.outcome
    }

    private func replay(
        _ head: RedoHead?
    ) throws -> (outcome: CommitLogReplay.Outcome, facts: CheckpointFacts) {
        var facts = facts(head)
        let outcome = try replay(head, &facts, on: disk)
        return (outcome, facts)
    }

    private func pages(_ sequences: ClosedRange<UInt64>, in number: UInt64 = 1) -> [[UInt8]] {
        sequences.map { SampleGroup.batch($0, in: number).pages }
    }

    /// What the segment holds after the groups with these numbers.
    private func batches(_ sequences: ClosedRange<UInt64>) -> [UInt8] {
        sequences.flatMap { SampleGroup.batch($0).entries[0].batch }
    }

    private func segmentBytes(on other: SimulatedFileSystem? = nil) throws -> [UInt8] {
        try (other ?? disk).contents(of: segment, byteCountMax: .max)
    }

    @Test func `groups of all files go to their segments, which are synced`() throws {
        try disk.writeRedoFile(1, pages(1...3))
        try disk.writeRedoFile(2, pages(4...5, in: 2))
        let (outcome, facts) = try replay(head())
        #expect(outcome.numbers == [1, 2] && outcome.nextNumber == 3)
        #expect(outcome.lastSequence == 5 && !outcome.isIncomplete && outcome.damage.isEmpty)
        let entry = try #require(facts.entries[LogStore.identity])
        #expect(entry.recoveryPoint == Offset(5) && entry.recoverySegment == .zero)
        #expect(entry.recoveryPosition.value == 500)
        #expect(facts.replayed[LogStore.identity]?.batchCount == 5)
        #expect(facts.replayed[LogStore.identity]?.byteCount == 500)
        #expect(disk.unsyncedByteCount == 0)
        #expect(try segmentBytes(on: disk.crash(.dropped, seed: 1)) == batches(1...5))
        let metadata = "/data/\(LogStore.partition)/\(PartitionMetadataFile.fileName)"
        let text = try disk.contents(of: metadata, byteCountMax: .max)
        #expect(PartitionMetadataFile.topicID(of: text) == LogStore.identity.topicID)
    }

    @Test func `a replay that is repeated changes nothing`() throws {
        try disk.writeRedoFile(1, pages(1...4))
        let first = try replay(head())
        let bytes = try segmentBytes()
        let second = try replay(head())
        #expect(try segmentBytes() == bytes)
        #expect(second.facts.entries == first.facts.entries)
        // With what the first one learned there is nothing left to do.
        var facts = first.facts
        facts.replayed = [:]
        _ = try replay(head(), &facts, on: disk)
        #expect(facts.replayed.isEmpty && facts.entries == first.facts.entries)
        #expect(disk.unsyncedByteCount == 0)
        #expect(try segmentBytes() == bytes)
    }

    @Test(arguments: CrashProfile.allCases)
    func `after a crash at any step a second replay comes to the same`(
        _ profile: CrashProfile
    ) throws {
        for step in 0... {
            let disk = SimulatedFileSystem()
            try disk.writeRedoFile(1, pages(1...3))
            try disk.writeRedoFile(2, pages(4...4, in: 2))
            disk.crashPoint = disk.operationCount + step
            var facts = facts(head())
            var isDone = false
            do throws(IOFailure) {
                var replay = CommitLogReplay(in: "/data", of: SampleGroup.directoryID, on: disk)
                try replay.run(head(), &facts)
                isDone = true
            } catch { isDone = false }
            let image = disk.crash(profile, seed: UInt64(step))
            if isDone { #expect(try segmentBytes(on: image) == batches(1...4), "\(profile)") }
            facts = self.facts(head())
            _ = try replay(head(), &facts, on: image)
            #expect(try segmentBytes(on: image) == batches(1...4), "\(profile), step \(step)")
            #expect(facts.entries[LogStore.identity]?.recoveryPoint == Offset(4))
            if isDone { return }
        }
    }

    @Test func `what lies below the recovery point is left alone`() throws {
        try disk.writeRedoFile(1, pages(1...5))
        let (_, facts) = try replay(head(recoveryPoint: 3))
        let bytes = try segmentBytes()
        #expect(bytes[..<300].allSatisfy { $0 == 0 })
        #expect(bytes[300...] == batches(4...5)[...])
        #expect(facts.entries[LogStore.identity]?.recoveryPoint == Offset(5))
        #expect(facts.replayed[LogStore.identity]?.batchCount == 2)
    }

    @Test func `when all lies below it no segment is even made`() throws {
        try disk.writeRedoFile(1, pages(1...5))
        let (outcome, facts) = try replay(head(recoveryPoint: 5, lastSequence: 5))
        #expect(facts.replayed.isEmpty && !outcome.isIncomplete)
        #expect(!disk.paths.contains(segment))
    }

    @Test func `a batch that stands in its segment already moves the recovery point`() throws {
        var group = SampleGroup.batch(1)
        group.entries[0].kind = RedoGroup.Kind.direct.rawValue
        group.entries[0].batch = []
        group.entries[0].byteCount = 300_000
        try disk.writeRedoFile(1, [group.pages])
        let (_, facts) = try replay(head())
        let entry = try #require(facts.entries[LogStore.identity])
        #expect(entry.recoveryPoint == Offset(1) && entry.recoveryPosition.value == 300_000)
        #expect(try segmentBytes().isEmpty)
    }

    // MARK: Removals

    private func removal(_ sequence: UInt64) -> SampleGroup {
        var group = SampleGroup()
        group.sequence = sequence
        group.entries = [.init(kind: RedoGroup.Kind.removal.rawValue, nextOffset: 0)]
        group.targets = [.init()]
        return group
    }

    @Test func `of a partition that was deleted nothing comes back`() throws {
        try disk.writeRedoFile(1, pages(1...2) + [removal(3).pages])
        let (outcome, facts) = try replay(head())
        #expect(outcome.lastSequence == 3 && !outcome.isIncomplete)
        #expect(facts.entries.isEmpty && facts.replayed.isEmpty)
        #expect(!disk.paths.contains { $0.hasPrefix("/data/\(LogStore.partition)") })
    }

    @Test func `the next one under its name comes back, and so do others`() throws {
        var next = SampleGroup.batch(4)
        next.entries[0].position = 0
        next.targets[0].identity = PartitionIdentity(id: 8, topicID: TopicID(high: 8, low: 8))
        var other = SampleGroup.batch(2)
        other.targets[0].partition = TopicPartition("others", 3)
        other.targets[0].identity = PartitionIdentity(id: 1, topicID: TopicID(high: 3, low: 3))
        let groups = [SampleGroup.batch(1), other, removal(3), next]
        try disk.writeRedoFile(1, groups.map(\.pages))
        let (_, facts) = try replay(head())
        #expect(facts.entries.keys.map(\.id).sorted() == [1, 8])
        #expect(try segmentBytes() == next.entries[0].batch)
    }

    @Test func `files of another topic under its name are left alone`() throws {
        let folder = "/data/\(LogStore.partition)"
        try disk.createDirectory(folder)
        try disk.openFile("\(folder)/\(PartitionMetadataFile.fileName)", .createNew).write(
            PartitionMetadataFile.text(TopicID(high: 5, low: 5)), at: .start)
        try disk.openFile(segment, .createNew).write([1, 2, 3], at: .start)
        try disk.writeRedoFile(1, pages(1...2))
        let (_, facts) = try replay(head())
        #expect(try segmentBytes() == [1, 2, 3])
        #expect(facts.entries.isEmpty && facts.replayed.isEmpty)
    }

    // MARK: What is missing

    @Test func `before the first use there is nothing to replay`() throws {
        let (outcome, facts) = try replay(nil)
        #expect(outcome.numbers.isEmpty && outcome.nextNumber == 1 && outcome.lastSequence == 0)
        #expect(!outcome.isIncomplete && facts.entries.isEmpty)
    }

    @Test func `files that the head does not need are not read, nor their numbers used`() throws {
        try disk.writeRedoFile(1, pages(1...2))
        try disk.writeRedoFile(2, pages(3...3, in: 2))
        let (outcome, facts) = try replay(head(firstFile: 2, lastSequence: 2))
        #expect(outcome.numbers == [1, 2] && outcome.nextNumber == 3 && !outcome.isIncomplete)
        #expect(facts.replayed[LogStore.identity]?.batchCount == 1)
        let none = try replay(head(recoveryPoint: 3, firstFile: 9, lastSequence: 3))
        #expect(none.outcome.nextNumber == 9 && none.outcome.lastSequence == 3)
        #expect(none.facts.replayed.isEmpty && !none.outcome.isIncomplete)
    }

    @Test func `a file that is missing is noticed, and the others are replayed`() throws {
        try disk.writeRedoFile(1, pages(1...2))
        try disk.writeRedoFile(3, pages(4...4, in: 3))
        let (outcome, facts) = try replay(head())
        #expect(outcome.isIncomplete && outcome.lastSequence == 4 && outcome.nextNumber == 4)
        #expect(outcome.damage.map(\.path) == ["/data/commit/00000000000000000002.redo"])
        #expect(outcome.damage.map(\.byteCount) == [0])
        #expect(facts.entries[LogStore.identity]?.recoveryPoint == Offset(4))
        let bytes = try segmentBytes()
        #expect(bytes[..<200] == batches(1...2)[...] && bytes[300...] == batches(4...4)[...])
        #expect(bytes[200..<300].allSatisfy { $0 == 0 })
    }

    @Test func `a first file that is missing is noticed`() throws {
        try disk.writeRedoFile(2, pages(3...3, in: 2))
        // It was passed over without a word, though what it held had been acknowledged.
        let outcome = try replay(head(firstFile: 1)).outcome
        #expect(outcome.isIncomplete)
        #expect(outcome.damage.map(\.path) == ["/data/commit/00000000000000000001.redo"])
    }

    @Test func `a group that went bad is told, and the later ones are replayed`() throws {
        var groups = pages(1...4)
        groups[1][70] ^= 1
        let path = try disk.writeRedoFile(1, groups)
        let (outcome, facts) = try replay(head())
        #expect(outcome.isIncomplete && outcome.lastSequence == 4)
        #expect(outcome.damage.map(\.path) == [path])
        #expect(outcome.damage.map(\.position.value) == [8192])
        #expect(outcome.damage.map(\.byteCount) == [4096])
        #expect(facts.entries[LogStore.identity]?.recoveryPoint == Offset(4))
        #expect(try segmentBytes()[200...] == batches(3...4)[...])
    }

    @Test func `a torn last group is no damage`() throws {
        var groups = pages(1...3)
        groups[2][70] ^= 1
        try disk.writeRedoFile(1, groups)
        let (outcome, facts) = try replay(head(lastSequence: 2))
        #expect(!outcome.isIncomplete && outcome.damage.isEmpty && outcome.lastSequence == 2)
        #expect(facts.entries[LogStore.identity]?.recoveryPoint == Offset(2))
        #expect(try segmentBytes() == batches(1...2))
    }

    @Test func `a first page that went bad is told, and its groups are replayed`() throws {
        let path = try disk.writeRedoFile(1, pages(1...3))
        try disk.flipBit(3, of: path)
        let (outcome, _) = try replay(head())
        #expect(outcome.damage.map(\.path) == [path] && !outcome.isIncomplete)
        #expect(outcome.damage.map(\.position) == [.start])
        #expect(try segmentBytes() == batches(1...3))
    }

    @Test func `heads of version 1 are no redo files, and their names are not used`() throws {
        let path = try disk.writeRedoFile(7, [], header: head().encoded)
        let (outcome, _) = try replay(head(firstFile: 0))
        #expect(outcome.numbers.isEmpty && outcome.nextNumber == 8 && !outcome.isIncomplete)
        #expect(disk.paths.contains(path))
    }
}
