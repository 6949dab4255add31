import Glibc
import NewswireLog
import NewswireTesting
import Testing

/// What goes wrong on the simulated disk while the power is on.
struct SimulatedFaultTests {
    let disk = SimulatedFileSystem()
    let file: any File

    init() throws { file = try disk.openFile("/file", .createNew) }

    private func fails(_ errorNumber: Int32, _ operation: () throws -> Void) -> Bool {
        let failure = #expect(throws: IOFailure.self, performing: operation)
        return failure?.errorNumber == errorNumber
    }

    @Test func `one operation fails, those around it do not`() throws {
        disk.faults = FaultPlan(Fault(.write, number: 2, errorNumber: EIO))
        try file.write([1], at: .start)
        #expect(fails(EIO) { try file.write([2], at: .start) })
        try file.write([3], at: FilePosition(1))
        #expect(try file.read(9, at: .start) == [1, 3])
        #expect(disk.faultHitCount == 1)
    }

    @Test func `a sticky fault stays, and others of its path or kind do not fail`() throws {
        var fault = Fault(nil, number: 2, errorNumber: EROFS, isSticky: true)
        fault.pathPart = "other"
        disk.faults = FaultPlan(fault)
        let other = try disk.openFile("/other", .createNew)
        #expect(fails(EROFS) { try other.write([1], at: .start) })
        #expect(fails(EROFS) { try disk.remove("/other") })
        try file.write([1], at: .start)
        #expect(disk.faultHitCount == 2)
    }

    @Test func `a run can be repeated with every operation failing once`() throws {
        // The loop in which every test of failures runs: it ends when nothing was left to fail.
        var failed = 0
        for number in 1... {
            let disk = SimulatedFileSystem()
            disk.faults = FaultPlan(Fault(nil, number: number, errorNumber: EIO))
            do throws(IOFailure) {
                try disk.put([1, 2, 3], at: "/file", isSynced: true)
            } catch {
                failed += 1
            }
            guard disk.faultHitCount > 0 else { break }
        }
        #expect(failed == 5)  // create, truncate, write, synchronize, synchronizeDirectory
    }

    @Test func `a failing write may leave a part`() throws {
        var fault = Fault(.write, number: 1, errorNumber: EIO)
        fault.writtenByteCount = 2
        disk.faults = FaultPlan(fault)
        #expect(fails(EIO) { try file.write([1, 2, 3], at: .start) })
        #expect(try file.read(9, at: .start) == [1, 2])
    }

    @Test func `a full disk takes what fits, and has room again when files go`() throws {
        disk.faults.capacityBytes = 10
        try disk.put([1, 2, 3, 4], at: "/other", isSynced: false)
        #expect(fails(ENOSPC) { try file.write([1, 2, 3, 4, 5, 6, 7, 8], at: .start) })
        #expect(try file.byteCount() == 6)
        try file.write([9], at: .start)
        #expect(fails(ENOSPC) { try file.reserve(upTo: 7) })
        try disk.remove("/other")
        try file.write([7, 8], at: FilePosition(6))
        #expect(try file.read(9, at: .start) == [9, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func `reserved space is there when the disk is full`() throws {
        disk.faults.capacityBytes = 10
        try file.reserve(upTo: 6)
        #expect(try file.byteCount() == 0)
        #expect(fails(ENOSPC) { try disk.put([1, 2, 3, 4, 5], at: "/other", isSynced: false) })
        try file.write([1, 2, 3, 4, 5, 6], at: .start)
        #expect(fails(ENOSPC) { try file.write([7], at: FilePosition(6)) })
    }

    @Test(arguments: [false, true])
    func `a failed sync loses what was written before it`(cacheReverts: Bool) throws {
        try file.write([1, 1, 1], at: .start)
        try file.synchronize()
        try disk.synchronizeDirectory("/")
        let region = try file.map(byteCount: 3)
        try file.write([2, 2, 2, 2], at: .start)
        var fault = Fault(.synchronize, number: 1, errorNumber: EIO)
        fault.cacheReverts = cacheReverts
        disk.faults = FaultPlan(fault)
        #expect(fails(EIO) { try file.synchronize() })
        #expect(try file.read(9, at: .start) == (cacheReverts ? [1, 1, 1, 0] : [2, 2, 2, 2]))
        #expect(region.bytes.bigEndian(UInt8.self, at: 2) == (cacheReverts ? 1 : 2))
        // The second sync finds nothing to write and says so: the trap that this models.
        try file.synchronize()
        #expect(try disk.crash(.dropped, seed: 1).bytes("/file") == [1, 1, 1, 0])
        #expect(try disk.crash(.names, seed: 1).bytes("/file") == [1, 1, 1, 0])
    }

    @Test func `what is written after a failed sync is synced again`() throws {
        disk.faults = FaultPlan(Fault(.synchronize, number: 1, errorNumber: EIO))
        try file.write([1, 1], at: .start)
        #expect(fails(EIO) { try file.synchronize() })
        try file.write([2], at: FilePosition(2))
        try file.synchronize()
        try disk.synchronizeDirectory("/")
        #expect(try disk.crash(.dropped, seed: 1).bytes("/file") == [0, 0, 2])
    }

    @Test func `every open file hears of a failed sync once`() throws {
        let other = try disk.openFile("/file", .readWrite)
        disk.faults = FaultPlan(Fault(.synchronize, number: 1, errorNumber: EDQUOT))
        #expect(fails(EDQUOT) { try file.synchronize() })
        let later = try disk.openFile("/file", .readWrite)
        #expect(fails(EIO) { try other.synchronize() })
        try other.synchronize()
        try later.synchronize()
        try file.synchronize()
    }

    @Test func `a failed sync of a directory leaves its names in doubt`() throws {
        try file.synchronize()
        disk.faults = FaultPlan(Fault(.synchronizeDirectory, number: 1, errorNumber: EIO))
        #expect(fails(EIO) { try disk.synchronizeDirectory("/") })
        #expect(try disk.crash(.dropped, seed: 1).bytes("/file") == nil)
        #expect(try disk.crash(.sizes, seed: 1).bytes("/file") == [])
    }

    @Test func `descriptors run out, and come back`() throws {
        disk.faults.openFilesMax = 2
        let lock = try #require(try disk.lock("/LOCK"))
        #expect(fails(EMFILE) { _ = try disk.openFile("/file", .read) })
        #expect(fails(EMFILE) { _ = try disk.entries(of: "/") })
        #expect(fails(EMFILE) { try disk.synchronizeDirectory("/") })
        #expect(fails(EMFILE) { _ = try disk.openFile("/new", .createNew) })
        lock.release()
        _ = try disk.openFile("/file", .read)
        #expect(try disk.status(of: "/new") == nil)
    }

    @Test func `an unreadable part fails to be read and to be populated`() throws {
        try file.write([UInt8](repeating: 1, count: 3 * systemPageByteCount), at: .start)
        let before = try file.map(byteCount: 3 * systemPageByteCount)
        let bad = systemPageByteCount + 10
        try disk.makeUnreadable("/file", bad..<bad + 1)
        let after = try file.map(byteCount: 3 * systemPageByteCount)
        #expect(fails(EIO) { _ = try file.read(100, at: FilePosition(bad - 99)) })
        #expect(try file.read(99, at: FilePosition(bad - 99)).count == 99)
        for region in [before, after] {
            #expect(throws: IOFailure.self) { try region.populate(0..<region.byteCount) }
            try region.populate(0..<systemPageByteCount)
            try region.populate(2 * systemPageByteCount..<region.byteCount)
        }
    }

    @Test func `bits turn over at rest, in the cache and in maps`() throws {
        try file.write([0, 0, 0], at: .start)
        let region = try file.map(byteCount: 3)
        try disk.flipBit(8 + 3, of: "/file")
        try disk.overwrite("/file", at: FilePosition(2), with: [9])
        #expect(try file.read(9, at: .start) == [0, 8, 9])
        #expect(region.bytes.bigEndian(UInt8.self, at: 1) == 8)
        try disk.synchronizeDirectory("/")
        #expect(try disk.crash(.dropped, seed: 1).bytes("/file") == [0, 8, 9])
    }
}
