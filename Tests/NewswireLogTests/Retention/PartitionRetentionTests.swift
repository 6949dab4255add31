import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// What retention removes from a log, and what it must not.
struct PartitionRetentionTests {
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

    /// Opens the log and lets the first moments after an open pass.
    private func open(
        _ configure: (inout LogConfiguration) -> Void = { _ in }
    ) throws -> PartitionLog {
        try store.open {
            $0.segmentBytes = 1024
            configure(&$0)
        }
    }

    private func runMaintenance(after duration: Duration = .seconds(40)) {
        time.advance(by: duration)
        store.directory?.runMaintenance()
    }

    @Test func `segments older than the retention go, the active one last`() throws {
        let log = try open { $0.retention = .seconds(3600) }
        for number in 0..<40 {
            try log.append(number)
            time.advance(by: .seconds(60))
        }
        // Record 0 is 40 minutes old, and nothing is due.
        runMaintenance()
        #expect(log.offsets.logStartOffset == .zero)
        // The first segment's youngest record is 68 minutes old, the second one's 55.
        runMaintenance(after: .seconds(2400))
        let start = log.offsets.logStartOffset
        #expect(start == Offset(13))
        #expect(try log.values(from: start) == recordTexts(Int(start.value)..<40))
        #expect(throws: LogFailure.self) { try log.read(from: .zero) }
        runMaintenance(after: .seconds(86_400))
        #expect(log.offsets.logStartOffset == Offset(40))
        #expect(log.storage.segmentCount == 0)
        #expect(disk.paths.filter { $0.hasSuffix(".log") } == [])
        try log.append(40)
        #expect(try log.values(from: Offset(40)) == ["record 40"])
    }

    @Test(arguments: [false, true])
    func `a record appended while its segment expires stays`(reopened: Bool) throws {
        // The segment was judged, then ended with whatever had come meanwhile, then removed up to
        // the end it was judged by: with records that were acknowledged a moment before. A segment
        // that nobody had appended to since the open was even removed while it grew.
        var log = try open { $0.retention = .seconds(3600) }
        try log.append(0)
        if reopened {
            try store.close()
            log = try open { $0.retention = .seconds(3600) }
        }
        time.advance(by: .seconds(7200))
        let once = Once()
        system.before { [log] operation, path in
            guard operation == .status, path.hasSuffix("00.log"),
                once.take()
            else { return }
            do { try log.append(1) } catch { Issue.record(error) }
        }
        store.directory?.runMaintenance()
        #expect(once.isDone)
        #expect(try log.values(from: Offset(1)) == ["record 1"])
        try store.close()
        log = try open()
        #expect(try log.values(from: Offset(1)) == ["record 1"])
    }

    @Test func `size removes from the front while enough stays`() throws {
        let log = try open {
            $0.retention = nil
            $0.retentionBytes = 3000
        }
        for number in 0..<200 { try log.append(number) }
        runMaintenance()
        let storage = log.storage
        #expect(storage.byteCount >= 3000 && storage.byteCount < 3000 + 1024)
        let start = log.offsets.logStartOffset
        #expect(try log.values(from: start) == recordTexts(Int(start.value)..<200))
    }

    @Test func `a log without deletion keeps everything, except what was trimmed`() throws {
        let log = try open {
            $0.deletesExpired = false
            $0.retentionBytes = 1
            $0.retention = .seconds(1)
        }
        for number in 0..<100 { try log.append(number) }
        runMaintenance(after: .seconds(86_400))
        #expect(log.offsets.logStartOffset == .zero)
        try log.trim(before: Offset(50))
        runMaintenance()
        #expect(log.offsets.logStartOffset == Offset(50))
        #expect(try log.values(from: Offset(50)) == recordTexts(50..<100))
        let count = log.storage.segmentCount
        #expect(disk.paths.filter { $0.hasSuffix(".log") }.count == count)
    }

    @Test func `timestamps from the future neither keep nor kill`() throws {
        let log = try open { $0.retention = .seconds(3600) }
        let far = Timestamp(milliseconds: time.wallClock().milliseconds + 100 * 365 * 86_400_000)
        for _ in 0..<50 { try log.append { $0.append(key: nil, value: [1], timestamp: far) } }
        runMaintenance(after: .seconds(1800))
        #expect(log.offsets.logStartOffset == .zero)
        runMaintenance(after: .seconds(7200))
        #expect(log.offsets.logStartOffset == Offset(50))
    }

    @Test func `records without timestamps age with their file`() throws {
        let log = try open { $0.retention = .seconds(3600) }
        try log.append { $0.append(key: nil, value: [1], timestamp: .absent) }
        runMaintenance(after: .seconds(1800))
        #expect(log.offsets.logStartOffset == .zero)
        runMaintenance(after: .seconds(7200))
        #expect(log.offsets.logStartOffset == Offset(1))
    }

    @Test func `a jump of the clock while the directory was closed expires nothing at once`() throws
    {
        var log = try open { $0.retention = .seconds(3600) }
        try log.append(0)
        try store.close()
        time.jumpWallClock(by: .seconds(10 * 365 * 86_400))
        log = try open { $0.retention = .seconds(3600) }
        #expect(store.events.all.contains { if case .clockMoved = $0 { true } else { false } })
        time.advanceMonotonic(by: .seconds(40))
        store.directory?.runMaintenance()
        #expect(log.offsets.logStartOffset == .zero)
        time.advanceMonotonic(by: .seconds(40))
        store.directory?.runMaintenance()
        #expect(log.offsets.logStartOffset == Offset(1))
    }

    @Test func `what a full disk kept from going goes later`() throws {
        // The segments were taken out of the list before the checkpoint was written: when that
        // failed, nobody looked at their files again, and a full disk stayed full.
        let log = try open { $0.retention = .seconds(3600) }
        for number in 0..<50 { try log.append(number) }
        time.advance(by: .seconds(7200))
        system.before { operation, path throws(IOFailure) in
            guard operation == .write, path.contains("/commit/") else { return }
            throw IOFailure(.write, path, errorNumber: 28)
        }
        store.directory?.runMaintenance()
        #expect(log.storage.segmentCount > 1)
        system.release()
        runMaintenance()
        #expect(disk.paths.filter { $0.hasSuffix(".log") } == [])
        try store.close()
        #expect(try open().offsets.logStartOffset == Offset(50))
    }

    @Test func `the start is durable before a file goes`() throws {
        let log = try open { $0.retention = .seconds(3600) }
        for number in 0..<50 { try log.append(number) }
        time.advance(by: .seconds(7200))
        let images = Mutex<[SimulatedFileSystem]>([])
        system.before { [disk] operation, _ in
            guard operation == .remove else { return }
            images.withLock { $0.append(disk.crash(.names, seed: UInt64($0.count))) }
        }
        store.directory?.runMaintenance()
        let found = images.withLock { $0 }
        #expect(found.count > 3)
        for image in found {
            let store = LogStore(on: image, time: time)
            let log = try store.open()
            #expect(log.offsets.logStartOffset >= Offset(39))
            #expect(store.report.partitions.flatMap(\.lost).isEmpty)
        }
    }

    @Test func `two who remove at the same time remove once`() throws {
        // Each took as many segments from the front as it had judged: the second one took others,
        // with records that nobody wanted to lose.
        let log = try open { $0.retention = nil }
        for number in 0..<60 { try log.append(number) }
        try log.trim(before: Offset(30))
        let once = Once()
        let directory = try #require(store.directory)
        system.before { operation, path in
            guard operation == .status, path.hasSuffix("26.log"), once.take() else { return }
            // As if it were another thread's turn, while this one judges what stays.
            do { try log.trim(before: Offset(31)) } catch { Issue.record(error) }
            directory.runMaintenance()
        }
        runMaintenance()
        #expect(once.isDone)
        #expect(try log.values(from: Offset(31)) == recordTexts(31..<60))
    }

    @Test func `a search by time goes on when retention takes a segment away`() throws {
        let log = try open { $0.retention = .seconds(3600) }
        let late = Timestamp(milliseconds: time.wallClock().milliseconds + 7_000_000)
        for number in 0..<50 { try log.append(number) }
        time.advance(by: .seconds(7200))
        for number in 50..<60 { try log.append(number) }
        let once = Once()
        let directory = try #require(store.directory)
        system.before { operation, path in
            guard operation == .status, path.hasSuffix("00.timeindex"),
                once.take()
            else { return }
            directory.runMaintenance()
        }
        let found = try #require(try log.firstOffset(at: late))
        #expect(once.isDone)
        #expect(found.offset == Offset(50))
    }
}
