import NewswireLog
import NewswireTesting
import Testing

/// Look-ups by offset and time, whatever the index files hold.
struct IndexLookupTests {
    static let batchCount = 24
    static let recordsPerBatch = 3
    static let recordCount = batchCount * recordsPerBatch

    let time = ManualTimeSource(wallClock: Timestamp(milliseconds: 2_000_000))
    let disk: SimulatedFileSystem
    let store: LogStore

    init() throws {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
        let log = try open()
        for number in 0..<Self.batchCount { try Self.append(number, to: log) }
        try store.close()
    }

    private func open() throws -> PartitionLog { try store.open(Self.configure) }

    static func configure(_ configuration: inout LogConfiguration) {
        configuration.segmentBytes = 600
        configuration.indexIntervalBytes = 250
        configuration.retention = nil
    }

    /// Times that rise, stand still and fall.
    static func time(of batch: Int) -> Int64 {
        1000 + Int64(batch / 3 * 10) - (batch % 7 == 6 ? 500 : 0)
    }

    static func append(_ number: Int, to log: PartitionLog) throws {
        try log.append { batch in
            for record in 0..<recordsPerBatch {
                batch.append(
                    key: nil, value: [UInt8]("\(number * recordsPerBatch + record)".utf8),
                    timestamp: Timestamp(milliseconds: time(of: number)))
            }
        }
    }

    /// The first record of `recordCount` ones with at least that time.
    private func expected(at moment: Int64, of batchCount: Int) -> Int64? {
        let batch = (0..<batchCount).first { Self.time(of: $0) >= moment }
        return batch.map { Int64($0 * Self.recordsPerBatch) }
    }

    /// Compares every look-up with what was appended.
    private func check(
        _ log: PartitionLog, batchCount: Int = batchCount, _ what: @autoclosure () -> String
    ) throws {
        for offset in 0..<batchCount * Self.recordsPerBatch {
            let slice = try log.read(from: Offset(Int64(offset)), maxBytes: 1)
            #expect(try slice.values().first == "\(offset)", "\(what()), offset \(offset)")
        }
        for moment in stride(from: Int64(495), through: 1100, by: 5) {
            let found = try log.firstOffset(at: Timestamp(milliseconds: moment))
            #expect(
                found?.offset.value == expected(at: moment, of: batchCount),
                "\(what()), time \(moment)")
        }
    }

    private var indexPaths: [String] { disk.paths.filter { $0.hasSuffix("index") } }

    @Test func `sound indexes`() throws {
        #expect(indexPaths.count >= 8)
        let log = try open()
        try check(log, "sound")
        #expect(store.events.all.allSatisfy { if case .indexRebuilt = $0 { false } else { true } })
    }

    @Test func `any bit of any index file changed`() throws {
        let path = "/data/orders-0/00000000000000000018"
        for suffix in [".index", ".timeindex"] {
            let byteCount = try #require(try disk.status(of: path + suffix)).byteCount
            for bit in 0..<byteCount * 8 {
                let disk = disk.crash(.killed, seed: 0)
                try disk.flipBit(bit, of: path + suffix)
                try checkAfterDamage(on: disk, "\(suffix), bit \(bit)")
            }
        }
    }

    /// Look-ups on another disk, on that segment only: there are many bits.
    private func checkAfterDamage(on disk: SimulatedFileSystem, _ what: String) throws {
        let store = LogStore(on: disk, time: time)
        let log = try store.open(Self.configure)
        defer { store.abandon() }
        for offset in [17, 18, 20, 23, 29, 35, 36] {
            let slice = try log.read(from: Offset(Int64(offset)), maxBytes: 1)
            #expect(try slice.values().first == "\(offset)", "\(what), offset \(offset)")
        }
        for moment in stride(from: Int64(1005), through: 1050, by: 5) {
            let found = try log.firstOffset(at: Timestamp(milliseconds: moment))
            let expected = expected(at: moment, of: Self.batchCount)
            #expect(found?.offset.value == expected, "\(what), time \(moment)")
        }
    }

    @Test func `any bit of a time index whose slots leave batches out changed`() throws {
        // Where each slot speaks of the first batch with its time, a wrong one still leads to the
        // right batch. Here it would lead past batches whose records then have no time to go by.
        let disk = SimulatedFileSystem(time: time)
        let store = LogStore(on: disk, time: time)
        let log = try store.open {
            Self.configure(&$0)
            $0.segmentBytes = 1500
        }
        for number in 0..<20 {
            try log.append { batch in
                for _ in 0..<3 {
                    batch.append(
                        key: nil, value: [UInt8(number)],
                        timestamp: Timestamp(milliseconds: 1000 + Int64(number) * 10))
                }
            }
        }
        try store.close()
        let path = "/data/orders-0/00000000000000000000.timeindex"
        let byteCount = try #require(try disk.status(of: path)).byteCount
        #expect((3...6).contains(byteCount / TimeIndex.slotByteCount))
        for bit in 0..<byteCount * 8 {
            let disk = disk.crash(.killed, seed: 0)
            try disk.flipBit(bit, of: path)
            let store = LogStore(on: disk, time: time)
            let log = try store.open(Self.configure)
            defer { store.abandon() }
            for number in 0..<20 {
                let moment = Timestamp(milliseconds: 1000 + Int64(number) * 10)
                let found = try log.firstOffset(at: moment)
                #expect(found?.offset.value == Int64(number * 3), "bit \(bit), time \(moment)")
            }
        }
    }

    @Test func `a time index that ends with any of its slots`() throws {
        // Its last slot was right, so nobody noticed: later records were not found by their time.
        for path in indexPaths where path.hasSuffix(".timeindex") {
            let byteCount = try #require(try disk.status(of: path)).byteCount
            for slotCount in 0..<byteCount / TimeIndex.slotByteCount {
                let disk = disk.crash(.killed, seed: 0)
                try disk.openFile(path, .readWrite).truncate(
                    to: slotCount * TimeIndex.slotByteCount)
                let store = LogStore(on: disk, time: time)
                defer { store.abandon() }
                try check(store.open(Self.configure), "\(path), \(slotCount) slots")
            }
        }
    }

    @Test func `any bit of the last segment's indexes changed, and appends after that`() throws {
        // A growing segment keeps its indexes in memory: wrong slots came along, look-ups walked
        // the whole segment again and again, and its largest time stayed wrong.
        let last = try #require(indexPaths.last { $0.hasSuffix(".index") }).dropLast(".index".count)
        for suffix in [".index", ".timeindex"] {
            let path = last + suffix
            let byteCount = try #require(try disk.status(of: String(path))).byteCount
            for bit in 0..<byteCount * 8 {
                let disk = disk.crash(.killed, seed: 0)
                try disk.flipBit(bit, of: String(path))
                try checkGrowing(on: disk, "\(suffix), bit \(bit)")
            }
        }
    }

    private func checkGrowing(on disk: SimulatedFileSystem, _ what: String) throws {
        let store = LogStore(on: disk, time: time)
        defer { store.abandon() }
        var log = try store.open(Self.configure)
        try Self.append(Self.batchCount, to: log)
        let count = Self.batchCount + 1
        for offset in count * Self.recordsPerBatch - 15..<count * Self.recordsPerBatch {
            let slice = try log.read(from: Offset(Int64(offset)), maxBytes: 1)
            #expect(try slice.values().first == "\(offset)", "\(what), offset \(offset)")
        }
        for moment in stride(from: Int64(1040), through: 1090, by: 5) {
            let found = try log.firstOffset(at: Timestamp(milliseconds: moment))
            #expect(found?.offset.value == expected(at: moment, of: count), "\(what), \(moment)")
        }
        try store.close()
        log = try store.open(Self.configure)
        let found = try log.firstOffset(at: Timestamp(milliseconds: 1075))
        #expect(found?.offset.value == expected(at: 1075, of: count), "\(what), reopened")
    }

    @Test(arguments: ["missing", "empty", "half a slot", "zeros", "noise", "another's"])
    func `all index files`(are what: String) throws {
        for path in indexPaths {
            let byteCount = try #require(try disk.status(of: path)).byteCount
            let file = try disk.openFile(path, .readWrite)
            switch what {
            case "missing": try disk.remove(path)
            case "empty": try file.truncate(to: 0)
            case "half a slot": try file.truncate(to: byteCount - 3)
            case "zeros": try file.write([UInt8](repeating: 0, count: byteCount), at: .start)
            case "noise":
                try file.write(
                    (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 * 37) }, at: .start)
            default:
                let other = path.hasSuffix(".index") ? indexPaths[0] : indexPaths[1]
                let bytes = try disk.contents(of: other, byteCountMax: .max)
                try file.truncate(to: 0)
                try file.write(bytes, at: .start)
            }
        }
        var log = try open()
        try check(log, what)
        #expect(store.events.all.contains { if case .indexRebuilt = $0 { true } else { false } })
        // They were made again, as they were.
        let count = store.events.all.count
        try check(log, "\(what), again")
        #expect(store.events.all.count == count)
        try store.close()
        log = try open()
        try check(log, "\(what), reopened")
        #expect(store.events.all.count == count)
    }

    @Test func `indexes that cannot be written are kept in memory`() throws {
        // A missing index on a full disk made its segment unreadable.
        for path in indexPaths { try disk.remove(path) }
        let log = try open()
        var plan = FaultPlan()
        plan.capacityBytes = 0
        disk.faults = plan
        try check(log, "full disk")
        let count = store.events.all.count
        try check(log, "full disk, again")
        #expect(store.events.all.count == count)
    }

    @Test func `a reader beside the writer keeps its maps while indexes are written anew`() throws {
        // The files were emptied first: whoever had them mapped died of a signal.
        let temporary = try LogStore()
        let system = HookedFileSystem()
        temporary.options.fileSystem = system
        var log = try temporary.open(Self.configure)
        for number in 0..<4 { try Self.append(number, to: log) }
        try temporary.close()
        var options = LogDirectoryOptions()
        options.mode = .readOnly
        let follower = try LogDirectory.open(at: temporary.path, options)
        let reader = try follower.openPartition(
            LogStore.partition, identity: LogStore.identity, LogConfiguration())
        @Sendable func look() throws {
            let found = try reader.firstOffset(at: Timestamp(milliseconds: 1005))
            #expect(found?.offset == Offset(9))
            #expect(try reader.read(from: Offset(10), maxBytes: 1).values().first == "10")
        }
        try look()
        log = try temporary.open(Self.configure)
        let once = Once()
        system.before { operation, path in
            guard operation == .write, path.hasSuffix("index") else { return }
            _ = once.take()
            do { try look() } catch { Issue.record(error) }
        }
        for number in 4..<20 { try Self.append(number, to: log) }
        #expect(once.isDone)
        try follower.refresh()
        try look()
        #expect(try reader.read(from: Offset(59), maxBytes: 1).values().first == "59")
        let found = try reader.firstOffset(at: Timestamp(milliseconds: 1055))
        #expect(found?.offset.value == expected(at: 1055, of: 20))
    }

    @Test func `a segment that went on growing after an open does not expire by its old time`()
        throws
    {
        // Its index files stayed mapped as they were at the open: the largest time was an old one.
        let log = try store.open {
            Self.configure(&$0)
            $0.retention = .milliseconds(1_000_000)
            $0.segmentBytes = 1 << 20
        }
        _ = try log.firstOffset(at: Timestamp(milliseconds: 1069))
        let last = log.offsets.logEndOffset
        try log.append { $0.append(key: nil, value: [1]) }
        var configuration = log.configuration
        configuration.durability = .written
        try log.alter(configuration)
        time.advance(by: .milliseconds(500_000))
        store.directory?.runMaintenance()
        #expect(try !log.read(from: last).isEmpty)
    }

    @Test func `what expires is what is old, not what a damaged index says`() throws {
        // Times of the index fall: the last slot said that the segment was older than it is.
        let log = try store.open {
            Self.configure(&$0)
            $0.retention = .milliseconds(1_998_960)
        }
        for path in indexPaths where path.hasSuffix(".timeindex") {
            let byteCount = try #require(try disk.status(of: path)).byteCount
            try disk.overwrite(
                path, at: FilePosition(byteCount - 12), with: [0, 0, 0, 0, 0, 0, 0, 1])
        }
        time.advance(by: .seconds(40))
        time.jumpWallClock(by: .seconds(-40))
        store.directory?.runMaintenance()
        let start = log.offsets.logStartOffset
        let isYoung = { (number: Int) in Self.time(of: number) >= 2_000_000 - 1_998_960 }
        let firstYoung = try #require((0..<Self.batchCount).first(where: isYoung))
        #expect(start > .zero && start.value <= Int64(firstYoung * Self.recordsPerBatch))
    }
}
