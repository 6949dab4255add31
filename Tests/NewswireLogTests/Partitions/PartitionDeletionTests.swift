import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// Deleting a partition, and creating another one under its name.
struct PartitionDeletionTests {
    static let successor = PartitionIdentity(id: 8, topicID: TopicID(high: 3, low: 4))

    @Test func `the successor of a deleted partition begins empty`() throws {
        let store = LogStore(on: SimulatedFileSystem())
        let old = try store.open()
        for number in 0..<10 { try old.append(number) }
        try store.directory?.deletePartition(LogStore.partition)
        let new = try store.open(LogStore.partition, Self.successor)
        #expect(new.offsets.logEndOffset == .zero)
        try new.append(100)
        #expect(try new.values() == ["record 100"])
        #expect(throws: LogFailure.self) { try old.read(from: .zero) }
        #expect(throws: LogFailure.self) { try old.append(10) }
        #expect(throws: LogFailure.self) { try old.firstOffset(at: .absent) }
        try store.close()
        _ = try LogDirectory.open(at: store.path, store.options)
    }

    @Test func `a slice outlives its partition`() throws {
        let store = try LogStore()
        let log = try store.open()
        for number in 0..<10 { try log.append(number) }
        let slice = try log.read(from: .zero)
        try store.directory?.deletePartition(LogStore.partition)
        #expect(try slice.values().count > 0)
        #expect(try store.options.fileSystem.status(of: store.folder) == nil)
    }

    @Test func `whoever waits for a deleted partition hears of it`() throws {
        let store = LogStore(on: SimulatedFileSystem())
        let log = try store.open()
        let (appender, reader) = (RecordingAppendWaiter(), RecordingReadWaiter())
        try log.appendLater(0, appender)
        _ = log.wait(for: Offset(5), reader)
        try store.directory?.deletePartition(LogStore.partition)
        guard case .failure(.deleted)? = appender.all.first, appender.all.count == 1 else {
            Issue.record("\(appender.all)")
            return
        }
        guard case .deleted?? = reader.all.first, reader.all.count == 1 else {
            Issue.record("\(reader.all)")
            return
        }
        // The commit that was asked for finds nothing to do, and nothing to complain of.
        store.directory?.runMaintenance()
        #expect(store.events.all.isEmpty)
    }

    @Test func `a read that was under way never sees the successor's files`() throws {
        // The segment's file is opened by its name, which may be another topic's by then.
        let system = HookedFileSystem()
        let store = try LogStore()
        store.options.fileSystem = system
        store.options.threads = .stepped
        let old = try store.open()
        try old.append(0)
        let once = Once()
        let directory = try #require(store.directory)
        system.before { [self] operation, path in
            guard operation == .open, path.hasSuffix(".log"),
                once.take()
            else { return }
            do { try replace(in: directory) } catch { Issue.record(error) }
        }
        #expect {
            try old.read(from: .zero)
        } throws: { error in
            guard case .deleted? = error as? LogFailure else { return false }
            return true
        }
        #expect(once.isDone)
    }

    @Test func `retention under way leaves the successor's files alone`() throws {
        // Between the checkpoint and the removal of the files the partition was deleted and created
        // again: retention removed the new one's first segment.
        let time = ManualTimeSource()
        let system = HookedFileSystem(SimulatedFileSystem(time: time))
        let store = LogStore(on: SimulatedFileSystem(), time: time)
        store.options.fileSystem = system
        let old = try store.open { $0.segmentBytes = 1024 }
        for number in 0..<50 { try old.append(number) }
        time.advance(by: .seconds(30 * 86_400))
        let once = Once()
        let directory = try #require(store.directory)
        system.before { [self] operation, path in
            guard operation == .rename, path.hasSuffix(".head.tmp"),
                once.take()
            else { return }
            do { try replace(in: directory) } catch { Issue.record(error) }
        }
        store.directory?.runMaintenance()
        #expect(once.isDone)
        let new = try #require(store.directory?.partition(LogStore.partition))
        try store.close()
        #expect(throws: LogFailure.self) { try new.read(from: .zero) }
        let reopened = try LogDirectory.open(at: store.path, store.options)
        let log = try reopened.openPartition(
            LogStore.partition, identity: Self.successor, LogConfiguration())
        #expect(try log.values() == ["record 100"])
    }

    private func replace(in directory: LogDirectory) throws {
        try directory.deletePartition(LogStore.partition)
        let new = try directory.openPartition(
            LogStore.partition, identity: Self.successor, LogConfiguration())
        try new.append(100)
    }

    @Test func `what a crash left of a deletion is removed at the next open`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        for number in 0..<3 { try store.open().append(number); try store.close() }
        _ = try store.open()
        let count = disk.operationCount
        try store.directory?.deletePartition(LogStore.partition)
        let steps = disk.operationCount - count
        #expect(steps > 3)
        for step in 0..<steps {
            let disk = SimulatedFileSystem()
            let store = LogStore(on: disk)
            for number in 0..<3 { try store.open().append(number); try store.close() }
            _ = try store.open()
            disk.crashPoint = disk.operationCount + step
            #expect(throws: LogFailure.self) {
                try store.directory?.deletePartition(LogStore.partition)
            }
            for profile in CrashProfile.allCases {
                let image = disk.crash(profile, seed: UInt64(step))
                let store = LogStore(on: image)
                let directory = try LogDirectory.open(at: store.path, store.options)
                try directory.retire(LogStore.partition, topicID: LogStore.identity.topicID)
                let left = image.paths.filter { $0.contains("orders") }
                #expect(left == [], "step \(step), \(profile)")
                let log = try directory.openPartition(
                    LogStore.partition, identity: Self.successor, LogConfiguration())
                #expect(log.offsets.logEndOffset == .zero, "step \(step), \(profile)")
            }
        }
    }
}
