import NewswireLog
import NewswireTesting
import Testing

/// A reader beside a writer, as in two processes.
struct PartitionFollowTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore
    let follower: LogStore

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
        follower = LogStore(on: disk, time: time)
        follower.options.mode = .readOnly
    }

    private func open() throws -> PartitionLog {
        try store.open {
            $0.segmentBytes = 400
            $0.retention = nil
        }
    }

    private func refresh() throws { try follower.directory?.refresh() }

    @Test func `it sees what comes, batch by batch and segment by segment`() throws {
        let log = try open()
        let reader = try follower.open()
        #expect(reader.offsets.logEndOffset == .zero)
        for number in 0..<30 {
            try log.append(number)
            try refresh()
            #expect(try reader.values() == recordTexts(0..<number + 1))
        }
        #expect(reader.storage.segmentCount == log.storage.segmentCount)
    }

    @Test func `half a batch is not seen, and the rest of it is when it comes`() throws {
        let log = try open()
        try log.append(0)
        let reader = try follower.open()
        let batch = try sampleBatch(sampleRecords(1), .init(baseOffset: Offset(1)))
        let file = try disk.openFile("\(store.folder)/00000000000000000000.log", .readWrite)
        let end = FilePosition(try file.byteCount())
        for count in [1, 60, 61, batch.count - 1] {
            try file.write(Array(batch[..<count]), at: end)
            try refresh()
            #expect(reader.offsets.logEndOffset == Offset(1), "\(count) bytes")
        }
        try file.write(batch, at: end)
        try refresh()
        #expect(reader.offsets.logEndOffset == Offset(2))
    }

    @Test func `it wakes whoever waits`() throws {
        let log = try open()
        let reader = try follower.open()
        let waiter = RecordingReadWaiter()
        #expect(reader.wait(for: .zero, waiter) != nil)
        try refresh()
        #expect(waiter.all.isEmpty)
        try log.append(0)
        try refresh()
        #expect(waiter.all.count == 1)
    }

    @Test func `it follows the start, and what is removed`() throws {
        let log = try open()
        for number in 0..<30 { try log.append(number) }
        let reader = try follower.open()
        try log.trim(before: Offset(12))
        try refresh()
        #expect(reader.offsets.logStartOffset == Offset(12))
        store.directory?.runMaintenance()
        try refresh()
        #expect(try reader.values(from: Offset(12)) == recordTexts(12..<30))
        #expect(throws: LogFailure.self) { try reader.read(from: Offset(11)) }
        // So far away that all it knew is gone.
        for number in 30..<60 { try log.append(number) }
        try log.trim(before: Offset(55))
        store.directory?.runMaintenance()
        try refresh()
        #expect(try reader.values(from: Offset(55)) == recordTexts(55..<60))
    }

    @Test func `what grows after a clean close is found by time, too`() throws {
        // The time index of the last segment stayed as it was at the close.
        var log = try store.open { $0.retention = nil }
        for number in 0..<3 { try log.append(number) }
        try store.close()
        let reader = try follower.open()
        _ = try reader.firstOffset(at: time.wallClock())
        log = try store.open { $0.retention = nil }
        time.advance(by: .seconds(10))
        try log.append(3)
        try refresh()
        #expect(try reader.firstOffset(at: time.wallClock())?.offset == Offset(3))
    }

    @Test func `it changes nothing`() throws {
        let log = try open()
        for number in 0..<30 { try log.append(number) }
        for path in disk.paths where path.hasSuffix("index") { try disk.remove(path) }
        let count = disk.operationCount
        let reader = try follower.open()
        try refresh()
        _ = try reader.values()
        _ = try reader.firstOffset(at: time.wallClock())
        #expect(throws: LogFailure.self) { try reader.append(30) }
        #expect(throws: LogFailure.self) { try reader.trim(before: Offset(1)) }
        #expect(throws: LogFailure.self) { try reader.alter(LogConfiguration()) }
        try follower.close()
        #expect(disk.operationCount == count)
    }

    @Test func `a partition that is deleted beside it is no failure`() throws {
        let log = try open()
        for number in 0..<30 { try log.append(number) }
        let reader = try follower.open()
        try store.directory?.deletePartition(LogStore.partition)
        try refresh()
        follower.directory?.forgetPartition(LogStore.partition)
        #expect(throws: LogFailure.self) { try reader.read(from: .zero) }
    }

    @Test func `a second writer is told who holds the directory`() throws {
        let store = try LogStore()
        _ = try store.open()
        #expect {
            try LogDirectory.open(at: store.path, store.options)
        } throws: { error in
            guard case .locked(store.path, let holder)? = error as? LogFailure else { return false }
            return holder.contains("process ")
        }
        try store.close()
        try LogDirectory.open(at: store.path, store.options).close()
    }

    @Test func `a directory that cannot be written can be read`() throws {
        let log = try open()
        for number in 0..<30 { try log.append(number) }
        try store.close()
        for path in disk.paths where path.hasSuffix(".index") { try disk.remove(path) }
        var plan = FaultPlan()
        plan.faults = [.write, .create, .rename, .truncate, .lock].map {
            Fault($0, number: 1, errorNumber: 30, isSticky: true)
        }
        disk.faults = plan
        let reader = try follower.open()
        #expect(try reader.values() == recordTexts(0..<30))
        #expect(throws: LogFailure.self) { try store.open() }
    }
}
