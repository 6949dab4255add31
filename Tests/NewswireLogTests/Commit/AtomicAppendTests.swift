import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// Appends to several partitions that happen together or not at all.
struct AtomicAppendTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let system: HookedFileSystem
    let store: LogStore
    let stores = KeptStores()

    init() {
        disk = SimulatedFileSystem(time: time)
        system = HookedFileSystem(disk)
        store = LogStore(on: disk, time: time)
        store.options.fileSystem = system
        stores.keep(store)
    }

    /// Opens the directory with three partitions.
    private func open(
        _ store: LogStore, _ configure: (inout LogConfiguration) -> Void = { _ in }
    ) throws -> [PartitionLog] {
        _ = try store.open()
        return try (0..<3).map { number in
            // Numbered against their names: the order of the locks is neither that of the names.
            try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 - number), topicID: TopicID(high: 9, low: 9)),
                configure)
        }
    }

    private func part(_ log: PartitionLog, _ numbers: Range<Int>) -> PartitionAppend {
        PartitionAppend(to: log) { batch in
            for text in recordTexts(numbers) { batch.append(key: nil, value: [UInt8](text.utf8)) }
        }
    }

    private func large(_ log: PartitionLog, _ byteCount: Int) -> PartitionAppend {
        PartitionAppend(to: log) { batch in
            batch.append(key: nil, value: [UInt8](repeating: 1, count: byteCount))
        }
    }

    private func directory(_ store: LogStore) throws -> LogDirectory {
        try #require(store.directory)
    }

    // MARK: All of it

    @Test func `offsets come in the order in which they were asked for`() throws {
        let logs = try open(store)
        try logs[1].append(0)
        let parts = [part(logs[2], 0..<2), part(logs[1], 1..<2), part(logs[0], 0..<3)]
        let batches = try directory(store).append(parts)
        #expect(batches.map(\.baseOffset) == [.zero, Offset(1), .zero])
        #expect(batches.map(\.lastOffset) == [Offset(1), Offset(1), Offset(2)])
        for (log, count) in zip(logs, [3, 2, 2]) {
            #expect(try log.values() == recordTexts(0..<count))
        }
        #expect(try directory(store).append([]).isEmpty)
    }

    @Test func `one group and one sync hold all of it`() throws {
        let logs = try open(store)
        try directory(store).append(logs.map { part($0, 0..<1) })
        let before = disk.operationCount
        try directory(store).append(logs.map { part($0, 1..<2) })
        let operations = disk.trace.filter { $0.number > before }
        #expect(operations.filter { $0.operation == .synchronize }.count == 1)
        #expect(operations.filter { $0.path.hasSuffix(".redo") }.count == 2)
        let (again, _) = try reopened(disk.crash(.dropped, seed: 1))
        for log in again { #expect(try log.values() == recordTexts(0..<2)) }
    }

    private func reopened(
        _ disk: SimulatedFileSystem
    ) throws -> ([PartitionLog], LogStore) {
        let store = LogStore(on: disk, time: time)
        stores.keep(store)
        return (try open(store), store)
    }

    @Test func `segments end between them as they do elsewhere`() throws {
        let logs = try open(store) { $0.segmentBytes = 300 }
        for number in 0..<20 {
            try directory(store).append(logs.map { part($0, number..<number + 1) })
        }
        for log in logs {
            #expect(log.storage.segmentCount > 3)
            #expect(try log.values() == recordTexts(0..<20))
        }
        let image = disk.crash(.dropped, seed: 1)
        let (again, found) = try reopened(image)
        for log in again { #expect(try log.values() == recordTexts(0..<20)) }
        try directory(found).append(again.map { part($0, 20..<21) })
        for log in again { #expect(try log.values() == recordTexts(0..<21)) }
    }

    @Test func `a waiter is completed once, when all parts can be read`() throws {
        let logs = try open(store)
        try logs[0].append(0)
        let waiter = RecordingAppendWaiter()
        let parts = [part(logs[0], 1..<2), part(logs[1], 0..<1)]
        let batches = try directory(store).append(parts, waiter: waiter)
        #expect(waiter.all.isEmpty)
        store.directory?.runMaintenance()
        #expect(waiter.all.count == 1)
        let outcome = try #require(waiter.all.first)
        #expect(try batches.contains(outcome.get()))
        #expect(try logs[1].values() == recordTexts(0..<1))
    }

    @Test func `nobody hears of it while a part is not in its segment yet`() throws {
        // Whoever waited heard of the first part, and did not find the others.
        let logs = try open(store)
        let directory = try directory(store)
        try directory.append(logs.map { part($0, 0..<1) })
        let waiter = RecordingAppendWaiter()
        let parts = [part(logs[2], 1..<2), part(logs[1], 1..<2)]
        _ = try directory.append(parts, waiter: waiter)
        let once = Once()
        system.before { operation, path in
            // The partition with the smaller number comes first: the other one is applied now.
            guard operation == .write, path.contains("many-1/"), once.take() else { return }
            var batch = RecordBatchBuilder()
            batch.append(key: nil, value: [1])
            do {
                #expect(logs[2].offsets.highWatermark == Offset(2))
                // Completes whoever's outcome is known.
                let other = RecordingAppendWaiter()
                _ = try logs[2].append(&batch, acknowledge: Durability.none, waiter: other)
                #expect(other.all.count == 1 && waiter.all.isEmpty)
            } catch { Issue.record(error) }
        }
        store.directory?.runMaintenance()
        #expect(once.isDone && waiter.all.count == 1)
    }

    // MARK: Nothing of it

    /// Nothing was appended to any of `logs`, and the next appends get the first offsets.
    private func expectNothing(in logs: [PartitionLog]) throws {
        for log in logs {
            #expect(log.offsets.logEndOffset == .zero)
            #expect(try log.append(0).baseOffset == .zero)
        }
    }

    @Test(arguments: [Durability.none, .written, .interval])
    func `a partition of another level refuses all`(level: Durability) throws {
        let logs = try open(store)
        var configuration = logs[1].configuration
        configuration.durability = level
        try logs[1].alter(configuration)
        let failure = #expect(throws: LogFailure.self) {
            try directory(store).append(logs.map { part($0, 0..<1) })
        }
        guard case .atomicAppend(logs[1].partition, _)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try expectNothing(in: logs)
    }

    @Test func `a partition that is named twice refuses all`() throws {
        let logs = try open(store)
        let parts = [part(logs[0], 0..<1), part(logs[1], 0..<1), part(logs[0], 0..<1)]
        let failure = #expect(throws: LogFailure.self) { try directory(store).append(parts) }
        guard case .atomicAppend(logs[0].partition, _)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try expectNothing(in: logs)
    }

    @Test func `what is too large for one group refuses all, a little less goes`() throws {
        let logs = try open(store) { $0.maxMessageBytes = 3 << 20 }
        let size = (4 << 20) / 3
        let failure = #expect(throws: LogFailure.self) {
            try directory(store).append(logs.map { large($0, size) })
        }
        guard case .atomicAppend? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(logs.allSatisfy { $0.offsets.logEndOffset == .zero })
        try directory(store).append(logs.map { large($0, size - 300) })
        #expect(logs.allSatisfy { $0.offsets.highWatermark == Offset(1) })
    }

    @Test func `an empty part, or one that is too large, refuses all`() throws {
        let logs = try open(store) { $0.maxMessageBytes = 1000 }
        for wrong in [part(logs[2], 0..<0), large(logs[2], 1000)] {
            let parts = [part(logs[0], 0..<1), part(logs[1], 0..<1), wrong]
            let failure = #expect(throws: LogFailure.self) { try directory(store).append(parts) }
            switch failure {
            case .invalidBatch?, .messageTooLarge?: break
            default: Issue.record("\(String(describing: failure))")
            }
        }
        try expectNothing(in: logs)
    }

    @Test func `a partition that was deleted, or whose segment cannot begin, refuses all`() throws {
        let logs = try open(store)
        system.before { operation, path throws(IOFailure) in
            guard operation == .open, path.hasSuffix(".log"), path.contains("many-1") else {
                return
            }
            throw IOFailure(.open, path, errorNumber: 5)
        }
        #expect(throws: LogFailure.self) {
            try directory(store).append(logs.map { part($0, 0..<1) })
        }
        system.release()
        #expect(logs.allSatisfy { $0.offsets.logEndOffset == .zero })
        try directory(store).deletePartition(logs[2].partition)
        #expect(throws: LogFailure.self) {
            try directory(store).append(logs.map { part($0, 0..<1) })
        }
        try expectNothing(in: [logs[0], logs[1]])
    }

    @Test func `a directory that is only read refuses it`() throws {
        let logs = try open(store)
        let batch = part(logs[0], 0..<1)
        try store.close()
        store.options.mode = .readOnly
        _ = try store.open()
        #expect(throws: LogFailure.self) { try directory(store).append([batch]) }
    }

    @Test func `a sync that fails stops all partitions, and nothing of it is read`() throws {
        let logs = try open(store)
        try directory(store).append(logs.map { part($0, 0..<1) })
        disk.faults = FaultPlan(Fault(.synchronize, number: 1, errorNumber: 5))
        let failure = #expect(throws: LogFailure.self) {
            try directory(store).append(logs.map { part($0, 1..<2) })
        }
        guard case .stopped? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        for log in logs {
            #expect(try log.values() == recordTexts(0..<1))
            #expect(throws: LogFailure.self) { try log.append(1) }
        }
        #expect(throws: LogFailure.self) {
            try directory(store).append(logs.map { part($0, 1..<2) })
        }
        // Unknown to who asked, and the same for all.
        for profile in [CrashProfile.killed, .dropped] {
            let (again, _) = try reopened(disk.crash(profile, seed: 1))
            let ends = Set(again.map(\.offsets.logEndOffset))
            #expect(ends.count == 1 && ends.isSubset(of: [Offset(1), Offset(2)]))
        }
    }
}
