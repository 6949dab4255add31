import NewswireLog
import NewswireTesting
import Testing

/// What a directory does with its checkpoint.
struct DirectoryCheckpointTests {
    let disk = SimulatedFileSystem()
    let store: LogStore

    init() { store = LogStore(on: disk) }

    private func head() throws -> RedoHead {
        try #require(try RedoDirectory(in: store.path, on: disk).load().newest)
    }

    private func replace(_ head: RedoHead) throws {
        let path = try #require(disk.paths.last { $0.hasSuffix(".head") })
        let file = try disk.openFile(path, .readWrite)
        try file.write(head.encoded, at: .start)
    }

    private func openFailure(_ mode: LogDirectoryOptions.Mode) -> FormatFailure? {
        var options = store.options
        options.mode = mode
        do throws(LogFailure) {
            _ = try LogDirectory.open(at: store.path, options)
            return nil
        } catch {
            guard case .format(_, let failure) = error else { return nil }
            return failure
        }
    }

    @Test(arguments: [LogDirectoryOptions.Mode.readWrite, .readOnly])
    func `a checkpoint of a later version is not passed over`(
        _ mode: LogDirectoryOptions.Mode
    ) throws {
        // It counted as damaged: an older one brought back what had been trimmed since, and the
        // later version's was set aside.
        try store.open().append(0)
        try store.close()
        let path = try #require(disk.paths.last { $0.hasSuffix(".head") })
        let bytes = try disk.contents(of: path, byteCountMax: .max)
        var later = bytes
        later[RedoHead.Layout.version.upperBound - 1] = 3
        try disk.overwrite(path, at: .start, with: RedoHeadTests.withChecksum(later))
        let before = disk.paths
        #expect(openFailure(mode) == .tooNew(version: 3, newest: 2))
        #expect(disk.paths == before)
        try disk.overwrite(path, at: .start, with: bytes)
        #expect(try store.open().values() == recordTexts(0..<1))
    }

    @Test(arguments: [LogDirectoryOptions.Mode.readWrite, .readOnly])
    func `a checkpoint of another directory is refused`(
        _ mode: LogDirectoryOptions.Mode
    ) throws {
        try store.open().append(0)
        try store.close()
        var head = try head()
        let ours = head.directoryID
        head.directoryID = TopicID(high: 1, low: 1)
        try replace(head)
        #expect(openFailure(mode) != nil)
        head.directoryID = ours
        try replace(head)
        #expect(try store.open().values() == recordTexts(0..<1))
    }

    @Test func `a partition that could not be opened keeps its entry`() throws {
        // It was taken out of the checkpoint before it was opened: after a failure the next one
        // did not know the partition, and what was trimmed came back.
        let log = try store.open()
        for number in 0..<10 { try log.append(number) }
        try log.trim(before: Offset(5))
        try store.close()
        for number in 1...20 {
            var fault = Fault(.status, number: number, errorNumber: 5)
            fault.pathPart = "orders-0"
            disk.faults = FaultPlan(fault)
            let isOpen = opens()
            disk.faults = FaultPlan()
            try store.close()
            if isOpen { break }
            #expect(try head().entries.map(\.logStartOffset) == [Offset(5)], "fault \(number)")
        }
        let reopened = try store.open()
        #expect(reopened.offsets.logStartOffset == Offset(5))
        #expect(try reopened.values(from: Offset(5)) == recordTexts(5..<10))
    }

    private func opens() -> Bool {
        do {
            _ = try store.open()
            return true
        } catch {
            return false
        }
    }

    @Test func `entries are in the order of their numbers`() throws {
        _ = try store.open()
        for number in (0..<40).reversed() {
            let log = try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 + number), topicID: TopicID(high: 9, low: 9)))
            try log.append(0)
        }
        try store.close()
        let ids = try head().entries.map(\.identity.id)
        #expect(ids == ids.sorted() && ids.count == 40)
    }

    @Test func `a directory whose last partition is gone was closed in order, too`() throws {
        try store.open().append(0)
        try store.close()
        _ = try store.open()
        try store.directory?.deletePartition(LogStore.partition)
        try store.close()
        let directory = try LogDirectory.open(at: store.path, store.options)
        #expect(directory.recoveryReport.wasClean)
    }

    @Test func `a damaged newest checkpoint is told and costs only a look at the files`() throws {
        let log = try store.open { $0.segmentBytes = 1024 }
        for number in 0..<100 { try log.append(number) }
        try store.close()
        let path = try #require(disk.paths.last { $0.hasSuffix(".head") })
        try disk.flipBit(500, of: path)
        let reopened = try store.open { $0.segmentBytes = 1024 }
        #expect(!store.report.wasClean && store.report.quarantined.count == 1)
        #expect(try reopened.values() == recordTexts(0..<100))
        #expect(store.report.partitions.flatMap(\.lost).isEmpty)
    }
}
