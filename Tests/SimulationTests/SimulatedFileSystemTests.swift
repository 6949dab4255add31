import Glibc
import NewswireLog
import NewswireTesting
import Testing

extension SimulatedFileSystem {
    /// Writes a file anew, with or without making it and its name durable.
    func put(_ bytes: [UInt8], at path: String, isSynced: Bool) throws(IOFailure) {
        let file = try openFile(path, .createOrOpen)
        try file.truncate(to: 0)
        try file.write(bytes, at: .start)
        guard isSynced else { return }
        try file.synchronize()
        try synchronizeDirectory(directory(of: path))
    }

    /// The contents of a file; nil when there is none.
    func bytes(_ path: String) throws(IOFailure) -> [UInt8]? {
        guard try status(of: path) != nil else { return nil }
        return try contents(of: path, byteCountMax: .max)
    }
}

/// What the simulated disk does while the power is on.
struct SimulatedFileSystemTests {
    let disk = SimulatedFileSystem()

    private func byte(_ position: Int, of region: MappedRegion) -> UInt8 {
        region.bytes.bigEndian(UInt8.self, at: position)
    }

    @Test func `a map follows the file, and shows zeros beyond its end`() throws {
        let file = try disk.openFile("/file", .createNew)
        try file.write([1, 2, 3], at: .start)
        let regions = try [file.map(byteCount: 8192), file.map(byteCount: 2)]
        #expect(byte(2, of: regions[0]) == 3)
        #expect(byte(3, of: regions[0]) == 0)
        try file.write([7, 8, 9], at: FilePosition(1))
        try file.write([5], at: FilePosition(9000))
        #expect(byte(3, of: regions[0]) == 9)
        #expect(byte(1, of: regions[1]) == 7)
        try file.truncate(to: 2)
        #expect(byte(3, of: regions[0]) == 0)
        #expect(byte(1, of: regions[0]) == 7)
    }

    @Test func `a map outlives its file`() throws {
        let region = try {
            let file = try disk.openFile("/file", .createNew)
            try file.write([1, 2, 3], at: .start)
            return try file.map(byteCount: 3)
        }()
        try disk.remove("/file")
        try disk.synchronizeDirectory("/")
        #expect(byte(2, of: region) == 3)
    }

    @Test func `a removed file lives while it is open`() throws {
        let file = try disk.openFile("/file", .createNew)
        try disk.remove("/file")
        try disk.synchronizeDirectory("/")
        try file.write([1], at: .start)
        #expect(try file.read(9, at: .start) == [1])
        #expect(disk.openFileCount == 1)
    }

    @Test func `a lock is held until it is released, dropped or the machine crashes`() throws {
        let lock = try #require(try disk.lock("/LOCK"))
        try lock.describe("a longer text")
        try lock.describe("me")
        #expect(try disk.bytes("/LOCK") == Array("me".utf8))
        #expect(try disk.lock("/LOCK") == nil)
        #expect(try disk.crash(.killed, seed: 1).lock("/LOCK") != nil)
        lock.release()
        do { _ = try #require(try disk.lock("/LOCK")) }
        #expect(try disk.lock("/LOCK") != nil)
        #expect(disk.openFileCount == 0)
    }

    @Test func `a file's time is that of its last change`() throws {
        let time = ManualTimeSource(wallClock: Timestamp(milliseconds: 1000))
        let disk = SimulatedFileSystem(time: time)
        let file = try disk.openFile("/file", .createNew)
        time.advance(by: .seconds(5))
        #expect(try disk.status(of: "/file")?.modified == Timestamp(milliseconds: 1000))
        try file.write([1], at: .start)
        time.jumpWallClock(by: .seconds(-3))
        #expect(try disk.status(of: "/file")?.modified == Timestamp(milliseconds: 6000))
        #expect(time.wallClock() == Timestamp(milliseconds: 3000))
    }

    @Test func `the power fails at the point that was set, and stays off`() throws {
        let file = try disk.openFile("/file", .createNew)
        disk.crashPoint = disk.operationCount + 2
        try file.write([1], at: .start)
        _ = try file.read(1, at: .start)
        try file.synchronize()
        let failures: [() throws -> Void] = [
            { _ = try file.read(1, at: .start) }, { try file.write([2], at: .start) },
            { _ = try file.byteCount() }, { _ = try disk.entries(of: "/") },
            { _ = try disk.openFile("/nothing", .read) }, { try disk.createDirectory("/d") },
            { _ = try disk.lock("/LOCK") }, { _ = try disk.status(of: "/file") },
        ]
        for (number, operation) in failures.enumerated() {
            let failure = #expect(
                throws: IOFailure.self, "operation \(number)", performing: operation)
            #expect(failure?.errorNumber == EIO)
        }
        #expect(disk.operationCount == 3)
        #expect(
            disk.trace.map(\.description) == [
                "1 create /file", "2 write /file at 0 1 bytes", "3 synchronize /file",
            ])
    }

    @Test func `the same steps leave the same trace, other steps another`() throws {
        func run(_ seed: UInt64) throws -> (UInt64, [[UInt8]?]) {
            let disk = SimulatedFileSystem()
            var random = SeededRandom(seed: seed)
            for _ in 0..<50 {
                let byte = UInt8.random(in: 0...255, using: &random)
                let path = "/\(byte % 4)"
                try disk.put(
                    [UInt8](repeating: byte, count: 700), at: path, isSynced: byte % 3 == 0)
            }
            let found = try CrashProfile.allCases.flatMap { profile in
                try (0..<4).map { try disk.crash(profile, seed: seed).bytes("/\($0)") }
            }
            return (disk.traceDigest, found)
        }
        let (digest, found) = try run(7)
        let (sameDigest, sameFound) = try run(7)
        let (otherDigest, _) = try run(8)
        #expect(digest == sameDigest)
        #expect(found == sameFound)
        #expect(digest != otherDigest)
    }
}
