import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// What is acknowledged when, and what readers see.
struct PartitionLevelTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let system: HookedFileSystem
    let store: LogStore

    init() {
        disk = SimulatedFileSystem(time: time)
        system = HookedFileSystem(disk)
        store = LogStore(on: disk, time: time)
        store.options.fileSystem = system
    }

    @Test func `a synced record is not seen before its sync`() throws {
        let log = try store.open()
        let ends = Mutex<[LogOffsets]>([])
        system.before { operation, path in
            guard operation == .synchronize, path.hasSuffix(".redo") else { return }
            ends.withLock { $0.append(log.offsets) }
            do { #expect(try log.read(from: .zero).isEmpty) } catch { Issue.record(error) }
        }
        try log.append(0)
        let seen = ends.withLock { $0 }
        #expect(seen.count == 1)
        #expect(seen.allSatisfy { $0.highWatermark == .zero && $0.logEndOffset == Offset(1) })
        #expect(log.offsets.highWatermark == Offset(1))
    }

    @Test(arguments: [Durability.none, .written, .interval])
    func `a record of the other levels is seen at once, and not synced`(level: Durability) throws {
        let log = try store.open { $0.durability = level }
        try log.append(0)
        #expect(log.offsets.highWatermark == Offset(1))
        #expect(try log.values() == recordTexts(0..<1))
        #expect(disk.crash(.dropped, seed: 1).paths.contains { $0.hasSuffix(".log") } == false)
    }

    @Test func `a synced acknowledgement comes after the syncs of bytes and names`() throws {
        let log = try store.open { $0.segmentBytes = 400 }
        for number in 0..<20 {
            try log.append(number)
            for profile in CrashProfile.allCases {
                let other = LogStore(on: disk.crash(profile, seed: UInt64(number)), time: time)
                #expect(try other.open().values() == recordTexts(0..<number + 1), "\(profile)")
            }
        }
    }

    @Test(arguments: [Durability.none, .written, .interval])
    func `more can be asked than the topic's level`(level: Durability) throws {
        let log = try store.open { $0.durability = level }
        try log.append(0)
        try log.append(1, at: .synced)
        let other = LogStore(on: disk.crash(.dropped, seed: 1), time: time)
        #expect(try other.open().values() == recordTexts(0..<2))
        let waiter = RecordingAppendWaiter()
        var batch = RecordBatchBuilder()
        batch.append(key: nil, value: [1])
        _ = try log.append(&batch, acknowledge: .synced, waiter: waiter)
        #expect(waiter.all.isEmpty)
        store.directory?.runMaintenance()
        #expect(waiter.all.count == 1)
    }

    @Test func `less can be asked, and readers see no more for it`() throws {
        let log = try store.open()
        let waiters = try [Durability.none, .written, .synced].map { level in
            let waiter = RecordingAppendWaiter()
            var batch = RecordBatchBuilder()
            batch.append(key: nil, value: [1])
            _ = try log.append(&batch, acknowledge: level, waiter: waiter)
            return waiter
        }
        // Accepted is not written: that is only once the commit log holds it.
        #expect(waiters.map(\.all.count) == [1, 0, 0])
        #expect(log.offsets.highWatermark == .zero)
        store.directory?.runMaintenance()
        #expect(waiters.map(\.all.count) == [1, 1, 1])
        #expect(log.offsets.highWatermark == Offset(3))
    }

    @Test func `order is that of the appends, whatever each asked for`() throws {
        let log = try store.open()
        for number in 0..<30 {
            let level = Durability.allCases[number % Durability.allCases.count]
            try log.append(number, at: level)
        }
        try log.synchronize()
        #expect(try log.values() == recordTexts(0..<30))
    }

    @Test func `interval is synced when its time has come`() throws {
        let log = try store.open {
            $0.durability = .interval
            $0.flushInterval = .seconds(5)
        }
        try log.append(0, at: .synced)
        try log.append(1)
        time.advance(by: .seconds(4))
        store.directory?.runMaintenance()
        let early = LogStore(on: disk.crash(.dropped, seed: 1), time: time)
        #expect(try early.open().values() == recordTexts(0..<1))
        time.advance(by: .seconds(2))
        store.directory?.runMaintenance()
        let late = LogStore(on: disk.crash(.dropped, seed: 1), time: time)
        #expect(try late.open().values() == recordTexts(0..<2))
    }

    @Test func `interval is synced when it is too much`() throws {
        let log = try store.open {
            $0.durability = .interval
            $0.flushBytes = 500
            $0.flushInterval = .seconds(3600)
        }
        for number in 0..<6 { try log.append(number) }
        store.directory?.runMaintenance()
        #expect(disk.crash(.dropped, seed: 1).paths.contains { $0.hasSuffix(".log") } == false)
        try log.append(6)
        store.directory?.runMaintenance()
        let other = LogStore(on: disk.crash(.dropped, seed: 1), time: time)
        #expect(try other.open().values() == recordTexts(0..<7))
    }

    @Test func `ended segments of a written topic are synced in the background`() throws {
        let log = try store.open {
            $0.durability = .written
            $0.segmentBytes = 400
        }
        for number in 0..<20 { try log.append(number) }
        store.directory?.runMaintenance()
        let found = disk.crash(.dropped, seed: 1).paths.filter { $0.hasSuffix(".log") }
        #expect(found.count == 4)
    }

    @Test func `one sync acknowledges all that came before it`() throws {
        let log = try store.open()
        let waiters = (0..<50).map { _ in RecordingAppendWaiter() }
        for (number, waiter) in waiters.enumerated() { try log.appendLater(number, waiter) }
        let syncs = Mutex(0)
        system.before { operation, path in
            guard operation == .synchronize, path.hasSuffix(".log") else { return }
            syncs.withLock { $0 += 1 }
        }
        store.directory?.runMaintenance()
        let count = syncs.withLock { $0 }
        #expect(count == 1)
        #expect(waiters.allSatisfy { $0.all.count == 1 })
    }

    // MARK: Altering

    @Test(arguments: Durability.allCases, Durability.allCases)
    func `a change of level keeps every record and every promise`(
        from: Durability, to: Durability
    ) throws {
        let log = try store.open { $0.durability = from }
        for number in 0..<10 { try log.append(number) }
        var configuration = log.configuration
        configuration.durability = to
        try log.alter(configuration)
        #expect(log.configuration.durability == to)
        #expect(try log.values() == recordTexts(0..<10))
        for number in 10..<20 { try log.append(number) }
        try log.synchronize()
        #expect(try log.values() == recordTexts(0..<20))
        #expect(log.storage.segmentCount == (from == to ? 1 : 2))
        let other = LogStore(on: disk.crash(.dropped, seed: 1), time: time)
        #expect(try other.open().values() == recordTexts(0..<20))
    }

    @Test func `records that come while the level changes wait for it, and are in reach`() throws {
        // A segment ended with records that readers did not see. While its sync was under way, an
        // append at the new level moved the end that readers see past them: reading them was
        // damage.
        let log = try store.open()
        try log.append(0)
        let crew = ThreadCrew()
        let once = Once()
        system.before { operation, _ in
            guard operation == .synchronize else { return }
            do {
                if once.take() { try crew.add { try log.append(2) } }
                let end = Int(log.offsets.highWatermark.value)
                #expect(try log.values() == recordTexts(0..<end))
            } catch { Issue.record(error) }
        }
        try log.appendLater(1)
        var configuration = log.configuration
        configuration.durability = .written
        try log.alter(configuration)
        crew.join()
        system.release()
        #expect(once.isDone)
        #expect(try log.values() == recordTexts(0..<3))
        #expect(log.storage.segmentCount <= 2)
    }

    @Test func `other limits hold from the next append on`() throws {
        let log = try store.open()
        try log.append(0)
        var configuration = log.configuration
        configuration.maxMessageBytes = 100
        configuration.segmentBytes = 1024
        try log.alter(configuration)
        #expect(log.storage.segmentCount == 1)
        #expect(throws: LogFailure.self) {
            try log.append { $0.append(key: nil, value: [UInt8](repeating: 1, count: 200)) }
        }
        for number in 1..<40 { try log.append(number) }
        #expect(log.storage.segmentCount > 2)
        #expect(try log.values() == recordTexts(0..<40))
    }
}
