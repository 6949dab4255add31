import NewswireLog
import NewswireTesting
import Testing

/// Opening a partition that was not closed in order.
struct PartitionRecoveryTests {
    static let path = "/data/orders-0/00000000000000000000.log"

    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore
    let stores = KeptStores()

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
    }

    /// Appends synced records, a checkpoint after the first `checkpointed`, and crashes.
    ///
    /// The level is below `synced`: what of these topics is synced, the checkpoint alone knows.
    private func crashed(
        _ count: Int, checkpointed: Int, _ profile: CrashProfile = .killed
    ) throws -> SimulatedFileSystem {
        let log = try store.open {
            $0.retention = nil
            $0.durability = .written
        }
        for number in 0..<count {
            try log.append(number, at: .synced)
            guard number + 1 == checkpointed else { continue }
            time.advance(by: .seconds(20))
            store.directory?.runMaintenance()
        }
        return disk.crash(profile, seed: 1)
    }

    private func reopen(_ disk: SimulatedFileSystem) throws -> (PartitionLog, LogStore) {
        let store = LogStore(on: disk, time: time)
        stores.keep(store)
        let log = try store.open {
            $0.retention = nil
            $0.durability = .written
        }
        return (log, store)
    }

    private func partitionReport(_ store: LogStore) -> PartitionRecovery? {
        store.report.partitions.first
    }

    /// The byte at which each batch begins.
    private func positions(_ disk: SimulatedFileSystem) throws -> [Int] {
        let file = try disk.openFile(Self.path, .read)
        var scan = SegmentScan(file, expecting: .zero, limit: try file.byteCount())
        var positions: [Int] = []
        while case .batch(_, let position)? = try scan.next() { positions.append(position.value) }
        return positions
    }

    /// Reads as a consumer that skips what is damaged.
    private func readSkipping(_ log: PartitionLog) throws -> [String] {
        var values: [String] = []
        var next = log.offsets.logStartOffset
        while next < log.offsets.highWatermark {
            do {
                let slice = try log.read(from: next, maxBytes: 1)
                values += try slice.values()
                next = slice.nextOffset
            } catch {
                guard case .corrupt? = error as? LogFailure else { throw error }
                next = try log.damagedRange(at: next).upperBound
            }
        }
        return values
    }

    // MARK: Without damage

    @Test(arguments: CrashProfile.allCases)
    func `what was synced is there, checkpointed or not`(_ profile: CrashProfile) throws {
        let (log, store) = try reopen(crashed(20, checkpointed: 8, profile))
        #expect(try log.values() == recordTexts(0..<20))
        #expect(!store.report.wasClean)
        #expect(partitionReport(store)?.lost.isEmpty ?? true)
    }

    @Test func `the leader epoch rises with the first append after a crash`() throws {
        let image = try crashed(5, checkpointed: 2)
        let (log, store) = try reopen(image)
        let epochs = "/data/orders-0/leader-epoch-checkpoint"
        #expect(try image.contents(of: epochs, byteCountMax: 100) == Array("0\n1\n0 0\n".utf8))
        try log.append(5)
        try log.append(6)
        #expect(try image.contents(of: epochs, byteCountMax: 100) == Array("0\n2\n0 0\n1 5\n".utf8))
        try store.close()
        // Not after a close in order.
        let (clean, _) = try reopen(image)
        try clean.append(7)
        #expect(try image.contents(of: epochs, byteCountMax: 100) == Array("0\n2\n0 0\n1 5\n".utf8))
    }

    @Test func `a recovered log is recovered again with the same result`() throws {
        let image = try crashed(20, checkpointed: 8)
        let file = try image.openFile(Self.path, .readWrite)
        try file.write([1, 2, 3], at: FilePosition(try file.byteCount()))
        let (log, _) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<20))
        let again = image.crash(.killed, seed: 2)
        let (second, store) = try reopen(again)
        #expect(try second.values() == recordTexts(0..<20))
        #expect(partitionReport(store)?.cut.isEmpty ?? true)
    }

    // MARK: Above the recovery point

    @Test func `a torn tail is cut at every byte`() throws {
        let image = try crashed(6, checkpointed: 2)
        let positions = try positions(image)
        let end = try #require(try image.status(of: Self.path)).byteCount
        for byteCount in positions[4]..<end {
            let copy = image.crash(.killed, seed: 1)
            try copy.openFile(Self.path, .readWrite).truncate(to: byteCount)
            let (log, store) = try reopen(copy)
            let kept = positions[1...].filter { $0 <= byteCount }.count
            #expect(try log.values() == recordTexts(0..<kept), "\(byteCount) bytes")
            let isTorn = !positions.contains(byteCount)
            #expect(partitionReport(store)?.cut.count == (isTorn ? 1 : 0), "\(byteCount) bytes")
            try log.append(kept)
            #expect(try log.values() == recordTexts(0..<kept + 1), "\(byteCount) bytes")
        }
    }

    @Test func `what follows the first torn batch goes, too`() throws {
        let image = try crashed(6, checkpointed: 2)
        let start = try positions(image)[3]
        try image.flipBit((start + 65) * 8, of: Self.path)
        let (log, store) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<3))
        #expect(partitionReport(store)?.cut.first?.position.value == start)
    }

    @Test(arguments: ["zeros", "an old batch", "noise"])
    func `what stands behind the end is no batch`(_ what: String) throws {
        let image = try crashed(6, checkpointed: 2)
        let file = try image.openFile(Self.path, .readWrite)
        let end = try file.byteCount()
        let bytes: [UInt8] =
            switch what {
            case "zeros": [UInt8](repeating: 0, count: 5000)
            case "an old batch": try file.read(76, at: .start)
            default: (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 91) }
            }
        try file.write(bytes, at: FilePosition(end))
        let (log, _) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<6))
        #expect(try image.status(of: Self.path)?.byteCount == end)
    }

    // MARK: Below the recovery point

    @Test(arguments: [0, 1, 4, 7])
    func `a damaged batch below the recovery point is reported, and no other is harmed`(
        number: Int
    ) throws {
        let image = try crashed(12, checkpointed: 8)
        let start = try positions(image)[number]
        // Length, magic, checksum, counts, record: what of it still tells where the next one is.
        for byte in [8, 11, 16, 17, 23, 26, 57, 61, 70] {
            let copy = image.crash(.killed, seed: 1)
            try copy.flipBit((start + byte) * 8 + 3, of: Self.path)
            let (log, store) = try reopen(copy)
            let what = "batch \(number), byte \(byte)"
            let report = try #require(partitionReport(store))
            #expect(report.cut.isEmpty && report.quarantined.isEmpty, "\(what)")
            let lost = report.lost.map(\.offsets)
            #expect(lost.first?.lowerBound == Offset(Int64(number)), "\(what)")
            let end = lost.first?.upperBound.value ?? 0
            // Even with its length gone the next batch is found.
            #expect(end == Int64(number) + 1, "\(what)")
            #expect(log.offsets.logEndOffset == Offset(12), "\(what)")
            let expected = recordTexts(0..<number) + recordTexts(Int(end)..<12)
            #expect(try readSkipping(log) == expected, "\(what)")
            try log.append(12)
            #expect(try readSkipping(log) == expected + ["record 12"], "\(what)")
        }
    }

    @Test func `damage of two batches in a row costs those two`() throws {
        // The first one's length led to the second one, which was no good: all that followed up to
        // the end of the file was given up, and records above the recovery point were served
        // beside new ones with the same offsets.
        let image = try crashed(12, checkpointed: 8)
        let positions = try positions(image)
        for number in [3, 4] { try image.flipBit((positions[number] + 65) * 8, of: Self.path) }
        let (log, store) = try reopen(image)
        #expect(partitionReport(store)?.lost.map(\.offsets) == [Offset(3)..<Offset(5)])
        #expect(try readSkipping(log) == recordTexts(0..<3) + recordTexts(5..<12))
        #expect(log.offsets.logEndOffset == Offset(12))
    }

    @Test func `headers that are gone cost their batches, even two in a row`() throws {
        // All that lay between a header that was gone and the recovery point was given up.
        let image = try crashed(12, checkpointed: 8)
        let positions = try positions(image)
        for number in [3, 4] { try image.flipBit((positions[number] + 16) * 8, of: Self.path) }
        let (log, store) = try reopen(image)
        #expect(partitionReport(store)?.lost.map(\.offsets) == [Offset(3)..<Offset(5)])
        #expect(try readSkipping(log) == recordTexts(0..<3) + recordTexts(5..<12))
    }

    @Test func `a batch within the value of a damaged record is not served`() throws {
        let image = try crashed(12, checkpointed: 8)
        let bytes = try image.contents(of: Self.path, byteCountMax: .max)
        // A log that was copied into records: a whole batch, with an offset that could be right.
        let log = try store.open()
        var copy = Array(bytes[(76 * 5)..<(76 * 6)])
        copy.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0, 13])
        try log.append { $0.append(key: nil, value: copy) }
        for number in 13..<16 { try log.append(number) }
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        let damaged = disk.crash(.killed, seed: 1)
        try damaged.flipBit((positions(damaged)[12] + 16) * 8, of: Self.path)
        let (again, report) = try reopen(damaged)
        #expect(partitionReport(report)?.lost.map(\.offsets) == [Offset(12)..<Offset(13)])
        let expected = recordTexts(0..<12) + recordTexts(13..<16)
        #expect(try readSkipping(again) == expected)
    }

    @Test func `with damage on both sides of the recovery point no offset is used twice`() throws {
        let image = try crashed(12, checkpointed: 8)
        let positions = try positions(image)
        try image.flipBit((positions[3] + 16) * 8, of: Self.path)
        try image.flipBit((positions[8] + 65) * 8, of: Self.path)
        let (log, store) = try reopen(image)
        let report = try #require(partitionReport(store))
        #expect(report.lost.map(\.offsets) == [Offset(3)..<Offset(4)])
        #expect(report.cut.map(\.position.value) == [positions[8]])
        #expect(log.offsets.logEndOffset == Offset(8))
        try log.append(100)
        let expected = recordTexts(0..<3) + recordTexts(4..<8) + ["record 100"]
        #expect(try readSkipping(log) == expected)
        try store.close()
        let (again, _) = try reopen(image)
        #expect(try readSkipping(again) == expected)
    }

    @Test func `synced bytes that are missing are told, and their offsets not used again`() throws {
        let image = try crashed(12, checkpointed: 8)
        try image.openFile(Self.path, .readWrite).truncate(to: positions(image)[5])
        let (log, store) = try reopen(image)
        #expect(partitionReport(store)?.lost.map(\.offsets) == [Offset(5)..<Offset(8)])
        #expect(try log.append(100).baseOffset == Offset(8))
        #expect(try readSkipping(log) == recordTexts(0..<5) + ["record 100"])
    }

    @Test func `a missing directory is told`() throws {
        let image = try crashed(12, checkpointed: 8)
        for path in image.paths where path.contains("orders") { try image.remove(path) }
        try image.removeDirectory("/data/orders-0")
        let (log, store) = try reopen(image)
        #expect(partitionReport(store)?.lost.map(\.offsets) == [Offset(0)..<Offset(8)])
        #expect(try log.append(100).baseOffset == Offset(8))
    }

    // MARK: Other files

    @Test func `files of another topic are set aside, not served`() throws {
        // They became the new topic's, with a new partition.metadata.
        let image = try crashed(5, checkpointed: 2)
        let store = LogStore(on: image, time: time)
        _ = try LogDirectory.open(at: store.path, store.options).close()
        let directory = try LogDirectory.open(at: store.path, store.options)
        let log = try directory.openPartition(
            LogStore.partition, identity: PartitionDeletionTests.successor, LogConfiguration())
        #expect(log.offsets.logEndOffset == .zero)
        let report = try #require(directory.recoveryReport.partitions.first)
        #expect(report.quarantined.count == 1)
        try log.append(100)
        #expect(try log.values() == ["record 100"])
        let kept = try image.contents(of: report.quarantined[0], byteCountMax: .max)
        #expect(kept.count == 5 * 76)
    }

    @Test(arguments: ["missing", "empty", "damaged"])
    func `the metadata file is made again`(_ what: String) throws {
        let image = try crashed(5, checkpointed: 2)
        let path = "/data/orders-0/partition.metadata"
        let text = try image.contents(of: path, byteCountMax: 100)
        switch what {
        case "missing": try image.remove(path)
        case "empty": try image.openFile(path, .readWrite).truncate(to: 0)
        default: try image.flipBit(25 * 8, of: path)
        }
        let (log, store) = try reopen(image)
        #expect(partitionReport(store)?.rebuilt == [path])
        #expect(try image.contents(of: path, byteCountMax: 100) == text)
        #expect(try log.values() == recordTexts(0..<5))
    }

    @Test(arguments: ["missing", "empty", "0\n9\n", "0\n1\n2147483647 0\n"])
    func `the epoch file is made again, or borne`(_ what: String) throws {
        // With the largest epoch in the file the next one overflowed.
        let image = try crashed(5, checkpointed: 2)
        let path = "/data/orders-0/leader-epoch-checkpoint"
        try image.remove(path)
        if what != "missing" {
            let file = try image.openFile(path, .createNew)
            try file.write(what == "empty" ? [] : Array(what.utf8), at: .start)
        }
        let (log, _) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<5))
        try log.append(5)
        #expect(try log.values() == recordTexts(0..<6))
        let text = try image.contents(of: path, byteCountMax: 100)
        #expect(LeaderEpochTable(text: text) != nil)
    }

    @Test func `an epoch that changed in a batch harms nothing`() throws {
        let image = try crashed(5, checkpointed: 2)
        for number in 0..<5 {
            let start = try positions(image)[number]
            try image.overwrite(
                Self.path, at: FilePosition(start + 12), with: [0x7f, 0xff, 0xff, 0xff])
        }
        let (log, _) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<5))
        try log.append(5)
        let epochs = try image.contents(
            of: "/data/orders-0/leader-epoch-checkpoint", byteCountMax: 100)
        #expect(epochs == Array("0\n2\n0 0\n1 5\n".utf8))
    }

    @Test func `names that are none of ours are told and left alone`() throws {
        let image = try crashed(5, checkpointed: 2)
        let names = [
            "notes.txt", "1.log", "09223372036854775807.log", "00000000000000000000.log.bak",
        ]
        for name in names { _ = try image.openFile("/data/orders-0/\(name)", .createNew) }
        try image.createDirectory("/data/orders-0/00000000000000000003.log")
        let (log, store) = try reopen(image)
        #expect(Set(partitionReport(store)?.ignored ?? []).count == 5)
        #expect(try log.values() == recordTexts(0..<5))
        try log.append(5)
        for name in names { #expect(image.paths.contains("/data/orders-0/\(name)")) }
    }

    @Test func `a later segment without the one before it is set aside`() throws {
        let log = try store.open {
            $0.retention = nil
            $0.segmentBytes = 400
            $0.durability = .written
        }
        for number in 0..<20 { try log.append(number) }
        let image = disk.crash(.killed, seed: 1)
        let logs = image.paths.filter { $0.hasSuffix(".log") }
        #expect(logs.count == 4)
        try image.remove(logs[1])
        let (recovered, store) = try reopen(image)
        #expect(try recovered.values() == recordTexts(0..<5))
        #expect(partitionReport(store)?.quarantined.count == 2)
        let kept = image.paths.filter { $0.contains("/quarantine/") && $0.hasSuffix(".log") }
        #expect(kept.count == 2)
    }

    @Test func `an empty segment is dropped`() throws {
        let image = try crashed(5, checkpointed: 2)
        _ = try image.openFile("/data/orders-0/00000000000000000005.log", .createNew)
        let (log, _) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<5))
        try log.append(5)
        #expect(try log.values() == recordTexts(0..<6))
        #expect(image.paths.filter { $0.hasSuffix(".log") }.count == 1)
    }

    @Test func `for reading nothing is changed`() throws {
        let image = try crashed(12, checkpointed: 8)
        let positions = try positions(image)
        for number in [3, 9] { try image.flipBit((positions[number] + 16) * 8, of: Self.path) }
        try image.remove("/data/orders-0/partition.metadata")
        let count = image.operationCount
        let store = LogStore(on: image, time: time)
        store.options.mode = .readOnly
        let log = try store.open()
        _ = try readSkipping(log)
        try store.close()
        #expect(image.operationCount == count)
    }
}
