import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// Closing a directory, and what happens beside it.
struct LogDirectoryCloseTests {
    @Test func `an append during the close is refused or synced`() throws {
        // The close synced, wrote indexes, and refused appends last: one that came in between was
        // acknowledged, and its file closed, without a sync.
        let system = HookedFileSystem()
        let store = try LogStore()
        store.options.fileSystem = system
        let log = try store.open()
        try log.append(0)
        let outcomes = Mutex<[LogFailure?]>([])
        system.before { operation, path in
            guard operation == .open, path.hasSuffix(".index") else { return }
            do throws(LogFailure) {
                try log.append { $0.append(key: nil, value: [1]) }
                outcomes.withLock { $0.append(nil) }
            } catch { outcomes.withLock { $0.append(error) } }
        }
        try store.close()
        system.release()
        let outcome = try #require(outcomes.withLock { $0 }.first)
        guard case .closed? = outcome else {
            Issue.record("the append ended with \(String(describing: outcome))")
            return
        }
        #expect(try store.open().values() == recordTexts(0..<1))
        #expect(store.report.wasClean)
    }

    @Test func `whoever waits when the directory closes is completed`() throws {
        let store = LogStore(on: SimulatedFileSystem())
        let log = try store.open()
        let waiter = RecordingAppendWaiter()
        let reader = RecordingReadWaiter()
        try log.appendLater(0, waiter)
        #expect(log.wait(for: Offset(1), reader) != nil)
        try store.close()
        guard case .success(let batch)? = waiter.all.first, waiter.all.count == 1 else {
            Issue.record("\(waiter.all)")
            return
        }
        #expect(batch.baseOffset == .zero)
        guard case .closed?? = reader.all.first, reader.all.count == 1 else {
            Issue.record("\(reader.all)")
            return
        }
        #expect(try store.open().values() == recordTexts(0..<1))
    }

    @Test func `a wait that begins after the end is completed, whatever ended the log first`()
        throws
    {
        // A log that a failed sync had stopped kept that reason when it was closed: waits that
        // began then were never completed.
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        let log = try store.open()
        try log.append(0)
        disk.faults = FaultPlan(Fault(.synchronize, number: 1, errorNumber: 5))
        #expect(throws: LogFailure.self) { try log.append(1) }
        #expect(throws: LogFailure.self) { try store.close() }
        let reader = RecordingReadWaiter()
        _ = log.wait(for: Offset(1), reader)
        #expect(reader.all.count == 1)
    }

    @Test func `a closed log refuses everything`() throws {
        let store = try LogStore()
        let log = try store.open()
        try log.append(0)
        try store.close()
        try store.close()
        #expect(throws: LogFailure.self) { try log.append(1) }
        #expect(throws: LogFailure.self) { try log.read(from: .zero) }
        #expect(throws: LogFailure.self) { try log.firstOffset(at: .absent) }
        #expect(throws: LogFailure.self) { try log.trim(before: Offset(1)) }
        var configuration = LogConfiguration()
        configuration.durability = .written
        #expect(throws: LogFailure.self) { try log.alter(configuration) }
    }

    @Test func `the files are given back`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        let log = try store.open {
            $0.segmentBytes = 1024
            $0.durability = .written
        }
        for number in 0..<50 { try log.append(number) }
        let slice = try log.read(from: .zero)
        try store.close()
        #expect(disk.openFileCount == 0)
        #expect(try slice.values().first == "record 0")
    }

    @Test func `nothing is unsynced after a close`() throws {
        // Index files of ended segments were not synced when no record came after the roll.
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        let log = try store.open {
            $0.durability = .written
            $0.indexIntervalBytes = 100
        }
        for number in 0..<50 { try log.append(number) }
        var configuration = log.configuration
        configuration.durability = .synced
        try log.alter(configuration)
        try store.close()
        let found = disk.crash(.dropped, seed: 1)
        for path in disk.paths where !path.hasSuffix(DirectoryLock.fileName) {
            let bytes = try disk.contents(of: path, byteCountMax: .max)
            #expect(try found.contents(of: path, byteCountMax: .max) == bytes, "\(path)")
        }
    }
}
