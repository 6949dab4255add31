import NewswireLog
import NewswireTesting
import Testing

/// Recovery goes on where a checkpoint was, with the indexes that were written then, whatever their
/// files hold.
struct IndexResumeTests {
    static let batchCount = 60
    static let checkpointed = 50
    static let path = "/data/orders-0/00000000000000000000"
    static let indexPaths = ["\(path).index", "\(path).timeindex"]

    let clock = ManualTimeSource()
    let stores = KeptStores()

    private static func configure(_ configuration: inout LogConfiguration) {
        configuration.indexIntervalBytes = 200
        configuration.retention = nil
        // Below `synced`, so that the segment alone has what was synced.
        configuration.durability = .written
    }

    /// Times that rise, stand still and fall.
    private static func time(of batch: Int) -> Int64 {
        1000 + Int64(batch / 3 * 10) - (batch % 7 == 6 ? 500 : 0)
    }

    private static func append(_ batch: Int, to log: PartitionLog) throws {
        try log.append(durability: .synced) {
            $0.append(
                key: nil, value: [UInt8]("record \(100 + batch)".utf8),
                timestamp: Timestamp(milliseconds: time(of: batch)))
        }
    }

    private func open(_ disk: SimulatedFileSystem) throws -> (PartitionLog, LogStore) {
        let store = LogStore(on: disk, time: clock)
        stores.keep(store)
        return (try store.open(Self.configure), store)
    }

    private func writeHead(_ store: LogStore) {
        clock.advance(by: .seconds(20))
        store.directory?.runMaintenance()
    }

    /// A disk whose process ended `batchCount` batches after its beginning, with a checkpoint
    /// after every tenth one up to `checkpointed`.
    private func crashed(
        _ profile: CrashProfile = .killed, seed: UInt64 = 1
    ) throws -> SimulatedFileSystem {
        let disk = SimulatedFileSystem(time: clock)
        let (log, store) = try open(disk)
        for batch in 0..<Self.batchCount {
            try Self.append(batch, to: log)
            if batch < Self.checkpointed, batch % 10 == 9 { writeHead(store) }
        }
        return disk.crash(profile, seed: seed)
    }

    /// Compares every look-up with what was appended.
    private func check(
        _ log: PartitionLog, count: Int = batchCount, _ what: @autoclosure () -> String
    ) throws {
        for offset in 0..<count {
            let slice = try log.read(from: Offset(Int64(offset)), maxBytes: 1)
            #expect(try slice.values() == ["record \(100 + offset)"], "\(what())")
        }
        for moment in stride(from: Int64(495), through: 1205, by: 5) {
            let found = try log.firstOffset(at: Timestamp(milliseconds: moment))
            let expected = (0..<count).first { Self.time(of: $0) >= moment }
            #expect(found.map { Int($0.offset.value) } == expected, "\(what()), time \(moment)")
        }
    }

    /// Opens, compares, appends, crashes and compares once more.
    private func checkTwice(
        _ disk: SimulatedFileSystem, _ what: @autoclosure () -> String
    ) throws {
        let (log, store) = try open(disk)
        try check(log, what())
        for batch in Self.batchCount..<Self.batchCount + 20 { try Self.append(batch, to: log) }
        writeHead(store)
        let (again, _) = try open(disk.crash(.killed, seed: 1))
        try check(again, count: Self.batchCount + 20, "\(what()), again")
    }

    @Test func `only what follows the last slot before the checkpoint is read`() throws {
        let disk = try crashed()
        let (log, store) = try open(disk)
        let batchByteCount = log.storage.byteCount / Self.batchCount
        let tail = (Self.batchCount - Self.checkpointed) * batchByteCount
        let scanned = try #require(store.report.partitions.first).scannedByteCount
        #expect(scanned >= tail)
        // An interval, the batch that goes past it, and a batch whose time is an earlier one.
        #expect(scanned <= tail + 200 + 5 * batchByteCount)
        try check(log, "undamaged")
    }

    @Test func `what was recovered is recovered from there once more`() throws {
        let disk = try crashed()
        _ = try open(disk)
        let (log, store) = try open(disk.crash(.killed, seed: 1))
        let scanned = try #require(store.report.partitions.first).scannedByteCount
        // Sixteen slots are worth writing, fewer are not.
        #expect(scanned <= 20 * log.storage.byteCount / Self.batchCount)
        try check(log, "recovered twice")
    }

    @Test func `one bit of every byte of the index files`() throws {
        let image = try crashed()
        var random = SeededRandom(seed: 5)
        for path in Self.indexPaths {
            for byte in 0..<(try #require(try image.status(of: path)).byteCount) {
                let disk = image.crash(.killed, seed: 1)
                let bit = byte * 8 + Int.random(in: 0..<8, using: &random)
                try disk.flipBit(bit, of: path)
                try checkTwice(disk, "\(path), bit \(bit), seed 5")
            }
        }
    }

    @Test func `index files that end at every byte`() throws {
        let image = try crashed()
        for path in Self.indexPaths {
            for byteCount in 0..<(try #require(try image.status(of: path)).byteCount) {
                let disk = image.crash(.killed, seed: 1)
                try disk.openFile(path, .readWrite).truncate(to: byteCount)
                try checkTwice(disk, "\(path), \(byteCount) bytes")
            }
        }
    }

    @Test(arguments: ["missing", "zeros behind", "noise behind", "another's", "both another's"])
    func `index files with other contents`(_ what: String) throws {
        let image = try crashed()
        let slots = try Self.indexPaths.map { try image.contents(of: $0, byteCountMax: .max) }
        for (number, path) in Self.indexPaths.enumerated() {
            let disk = image.crash(.killed, seed: 1)
            switch what {
            case "missing": try disk.remove(path)
            case "zeros behind", "noise behind":
                let byte: UInt8 = what == "zeros behind" ? 0 : 0x5a
                try disk.openFile(path, .readWrite).write(
                    [UInt8](repeating: byte, count: 48), at: FilePosition(slots[number].count))
            default:
                try disk.openFile(path, .readWrite).write(slots[1 - number], at: .start)
                guard what == "both another's" else { break }
                try disk.openFile(Self.indexPaths[1 - number], .readWrite)
                    .write(slots[number], at: .start)
            }
            try checkTwice(disk, "\(path) \(what)")
        }
    }

    @Test(arguments: CrashProfile.allCases)
    func `after a power failure, which takes slots that nobody synced`(
        _ profile: CrashProfile
    ) throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let (log, _) = try open(try crashed(profile, seed: seed))
            let end = Int(log.offsets.logEndOffset.value)
            #expect(end == Self.batchCount, "seed \(seed)")
            try check(log, count: end, "\(profile), seed \(seed)")
        }
    }

    @Test func `slots of batches that were cut do not count for those that follow`() throws {
        // The batches that come have the sizes of those that went, so that slots lead to them.
        let image = try crashed()
        let batchByteCount = try #require(try image.status(of: "\(Self.path).log")).byteCount / 60
        try image.openFile("\(Self.path).log", .readWrite).truncate(to: 20 * batchByteCount + 1)
        let (log, store) = try open(image)
        #expect(log.offsets.logEndOffset == Offset(50))
        for batch in 50..<90 { try Self.append(batch - 50, to: log) }
        writeHead(store)
        let (again, _) = try open(image.crash(.killed, seed: 1))
        let found = try again.firstOffset(at: Timestamp(milliseconds: 1100))
        #expect(found?.offset == Offset(80))
    }

    @Test func `a segment does not inherit the slots of one that had its name`() throws {
        let image = try crashed()
        try image.remove("\(Self.path).log")
        for name in image.paths where name.hasSuffix(".head") { try image.remove(name) }
        let (log, store) = try open(image)
        #expect(log.offsets.logEndOffset == .zero)
        #expect(!image.paths.contains { $0.hasSuffix("index") })
        for batch in 0..<Self.batchCount { try Self.append(batch, to: log) }
        writeHead(store)
        let (again, _) = try open(image.crash(.killed, seed: 1))
        try check(again, "the second one")
    }

    @Test func `a full disk costs slots and nothing else`() throws {
        let disk = SimulatedFileSystem(time: clock)
        let (log, store) = try open(disk)
        for batch in 0..<Self.batchCount { try Self.append(batch, to: log) }
        // Where the file should be is something that cannot be opened.
        try disk.createDirectory(Self.indexPaths[0])
        writeHead(store)
        let image = disk.crash(.killed, seed: 1)
        try image.removeDirectory(Self.indexPaths[0])
        try check(open(image).0, "without slots")
    }
}
