import Glibc
import NewswireLog
import NewswireTesting
import Testing

/// What goes wrong on the simulated disk without an answer that says so, or with a late one.
struct SilentFaultTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let file: any File

    init() throws {
        disk = SimulatedFileSystem(time: time)
        try disk.put([1, 1, 1, 1], at: "/file", isSynced: true)
        file = try disk.openFile("/file", .readWrite)
    }

    private func plan(
        _ operation: IOFailure.Operation?, _ effect: Fault.Effect, number: Int = 1
    ) {
        disk.faults = FaultPlan(Fault(operation, number: number, effect))
    }

    private func afterPowerFailure(_ path: String = "/file") throws -> [UInt8]? {
        try disk.crash(.dropped, seed: 1).bytes(path)
    }

    private func fails(_ errorNumber: Int32, _ operation: () throws -> Void) -> Bool {
        let failure = #expect(throws: IOFailure.self, performing: operation)
        return failure?.errorNumber == errorNumber
    }

    // MARK: Writes

    @Test func `a lost write is answered, and reaches neither cache nor disk`() throws {
        plan(.write, .omission)
        try file.write([2, 2], at: .start)
        #expect(try file.read(9, at: .start) == [1, 1, 1, 1])
        #expect(disk.faultStrikeCount == 1 && disk.faultHitCount == 0)
        try file.write([3], at: .start)
        #expect(try file.read(9, at: .start) == [3, 1, 1, 1])
    }

    @Test func `a write may be lost on its way to the disk`() throws {
        plan(.write, .loss)
        try file.write([2, 2, 2, 2, 2, 2], at: .start)
        try file.write([3], at: FilePosition(1))
        try file.synchronize()
        #expect(try file.read(9, at: .start) == [2, 3, 2, 2, 2, 2])
        // The length is there, the bytes are not; what was written after it is.
        #expect(try afterPowerFailure() == [1, 3, 1, 1, 0, 0])
        #expect(try disk.crash(.killed, seed: 1).bytes("/file") == [2, 3, 2, 2, 2, 2])
    }

    @Test func `a misdirected write is seen where it belongs and found elsewhere`() throws {
        plan(.write, .misdirection(byteCount: 2))
        try file.write([2, 2], at: .start)
        try file.synchronize()
        #expect(try file.read(9, at: .start) == [2, 2, 1, 1])
        #expect(try afterPowerFailure() == [1, 1, 2, 2])
    }

    @Test func `a misdirected write stays within its file`() throws {
        plan(.write, .misdirection(byteCount: -100))
        try file.write([2, 2], at: FilePosition(2))
        plan(.write, .misdirection(byteCount: 100))
        try file.write([3], at: .start)
        try file.synchronize()
        #expect(try afterPowerFailure() == [2, 2, 1, 1])
    }

    // MARK: Syncs

    @Test func `a sync that lies leaves all in doubt, until the next`() throws {
        plan(.synchronize, .omission)
        try file.write([2], at: .start)
        try file.synchronize()
        #expect(try afterPowerFailure() == [1, 1, 1, 1])
        try file.synchronize()
        #expect(try afterPowerFailure() == [2, 1, 1, 1])
    }

    @Test func `syncs of some paths only lie, for good`() throws {
        var fault = Fault(.synchronize, number: 1, .omission, isSticky: true)
        fault.pathEnd = ".log"
        disk.faults = FaultPlan(fault)
        for path in ["/a.log", "/a.log.tmp", "/b.log"] {
            try disk.put([7], at: path, isSynced: true)
        }
        let found = try ["/a.log", "/a.log.tmp", "/b.log"].map { try afterPowerFailure($0) }
        #expect(found == [[], [7], []])
    }

    @Test func `a sync of a directory that lies leaves its names in doubt`() throws {
        plan(.synchronizeDirectory, .omission)
        try disk.put([7], at: "/other", isSynced: true)
        #expect(try afterPowerFailure("/other") == nil)
        try disk.synchronizeDirectory("/")
        #expect(try afterPowerFailure("/other") == [7])
    }

    @Test func `a late sync comes after the changes that followed it`() throws {
        plan(.synchronize, .postponement(changes: 1))
        try file.write([2], at: .start)
        try file.synchronize()
        try disk.rename("/file", to: "/new")
        // All names are found, no bytes.
        #expect(try disk.crash(.sizes, seed: 1).bytes("/new") == [1, 1, 1, 1])
        try disk.synchronizeDirectory("/")
        #expect(try afterPowerFailure("/new") == [2, 1, 1, 1])
    }

    @Test func `a power failure before a late sync finds it undone`() throws {
        plan(.synchronize, .postponement(changes: 2))
        try file.write([2], at: .start)
        try file.synchronize()
        try disk.rename("/file", to: "/new")
        try disk.synchronizeDirectory("/")
        #expect(try afterPowerFailure("/new") == [1, 1, 1, 1])
        _ = try disk.openFile("/other", .createNew)
        #expect(try afterPowerFailure("/new") == [2, 1, 1, 1])
    }

    // MARK: Write-back

    @Test(arguments: [EIO, ENOSPC])
    func `write-back that fails is told to the next sync of each open file, once`(
        errorNumber: Int32
    ) throws {
        let other = try disk.openFile("/file", .readWrite)
        plan(.write, .failedWriteback(errorNumber))
        try file.write([2], at: .start)
        #expect(try file.read(1, at: .start) == [2])
        #expect(disk.faultHitCount == 1)
        #expect(fails(errorNumber) { try file.synchronize() })
        #expect(fails(errorNumber) { try other.synchronize() })
        for file in [file, other] { try file.synchronize() }
        #expect(try afterPowerFailure() == [1, 1, 1, 1])
    }

    @Test func `who opens a file hears of write-back that failed and that nobody heard of`()
        throws
    {
        plan(.write, .failedWriteback(EIO))
        try file.write([2], at: .start)
        let later = try disk.openFile("/file", .readWrite)
        #expect(fails(EIO) { try later.synchronize() })
        try disk.openFile("/file", .readWrite).synchronize()
        #expect(fails(EIO) { try file.synchronize() })
    }

    // MARK: Time, rot, strangers

    @Test func `a slow operation takes its time on both clocks`() throws {
        let (wall, instant) = (time.wallClock(), time.instant())
        plan(.synchronize, .delay(.seconds(10)), number: 2)
        try file.synchronize()
        #expect(time.instant() == instant)
        try file.write([2], at: .start)
        try file.synchronize()
        #expect(time.instant() == instant + .seconds(10))
        #expect(time.wallClock().milliseconds == wall.milliseconds + 10_000)
        #expect(try afterPowerFailure() == [2, 1, 1, 1])
    }

    @Test func `a bit turns over at rest, beside what is unsynced`() throws {
        let region = try file.map(byteCount: 4)
        try file.write([2], at: .start)
        plan(.read, .rot(bit: 8 * 3 + 1))
        #expect(try file.read(9, at: .start) == [2, 1, 1, 3])
        #expect(region.bytes.bigEndian(UInt8.self, at: 3) == 3)
        plan(.read, .rot(bit: 8 * 4))
        // Behind the end it begins again; the cache holds newer bytes there.
        #expect(try file.read(9, at: .start) == [2, 1, 1, 3])
        #expect(try afterPowerFailure() == [0, 1, 1, 3])
    }

    @Test func `a stranger's file is there and durable, and replaces nothing`() throws {
        plan(.write, .intrusion(path: "/stranger", [9]))
        try file.write([2], at: .start)
        #expect(disk.paths == ["/file", "/stranger"])
        #expect(try afterPowerFailure("/stranger") == [9])
        plan(.write, .intrusion(path: "/file", [9]))
        try file.write([3], at: .start)
        plan(.write, .intrusion(path: "/nowhere/file", [9]))
        try file.write([3], at: .start)
        #expect(try disk.bytes("/file") == [3, 1, 1, 1])
        #expect(disk.paths == ["/file", "/stranger"])
    }

    // MARK: Plans

    @Test func `the same seed plans and does the same, another one something else`() throws {
        let effects: [Fault.Effect] = [
            .failure(EIO), .omission, .postponement(changes: 3), .loss,
            .misdirection(byteCount: 512), .failedWriteback(ENOSPC), .delay(.seconds(3)),
            .rot(bit: 77), .intrusion(path: "/stranger", [9]),
        ]
        func run(_ seed: UInt64) throws -> (UInt64, [[UInt8]?], [Fault]) {
            let disk = SimulatedFileSystem(time: ManualTimeSource())
            let plan = FaultPlan(
                seed: seed, count: 40, operationsMax: 200, drawnFrom: effects)
            disk.faults = plan
            var failed = 0
            for number in 0..<120 {
                do throws(IOFailure) {
                    try disk.put(
                        [UInt8](repeating: UInt8(number), count: 700), at: "/\(number % 4)",
                        isSynced: number % 3 == 0)
                } catch { failed += 1 }
            }
            #expect(failed > 0 && disk.faultStrikeCount > failed)
            let found = try CrashProfile.allCases.flatMap { profile in
                try (0..<4).map { try disk.crash(profile, seed: seed).bytes("/\($0)") }
            }
            return (disk.traceDigest, found, plan.faults)
        }
        let (first, same, other) = (try run(5), try run(5), try run(6))
        #expect(first == same)
        #expect(first.0 != other.0 && first.2 != other.2)
    }
}
