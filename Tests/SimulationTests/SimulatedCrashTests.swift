import NewswireLog
import NewswireTesting
import Testing

/// What the simulated disk makes of a power failure.
struct SimulatedCrashTests {
    static let powerFailures = CrashProfile.allCases.filter { $0 != .killed }
    static let seeds = UInt64(1)...200

    let disk = SimulatedFileSystem()

    private func bytes(_ fill: UInt8, _ count: Int) -> [UInt8] {
        [UInt8](repeating: fill, count: count)
    }

    /// All that is found at `path` over many seeds.
    private func found(_ path: String, _ profile: CrashProfile) throws -> Set<[UInt8]?> {
        try Set(Self.seeds.map { try disk.crash(profile, seed: $0).bytes(path) })
    }

    // MARK: Bytes

    @Test(arguments: CrashProfile.allCases)
    func `what was synced is found`(of profile: CrashProfile) throws {
        try disk.put(bytes(1, 1000), at: "/file", isSynced: true)
        #expect(try found("/file", profile) == [bytes(1, 1000)])
    }

    @Test(arguments: CrashProfile.allCases)
    func `a write beside synced bytes leaves them alone`(of profile: CrashProfile) throws {
        try disk.put(bytes(1, 1000), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        try file.write(bytes(2, 3000), at: FilePosition(1000))
        for found in try found("/file", profile) {
            #expect(found?.prefix(1000) == bytes(1, 1000)[...])
            #expect((1000...4000).contains(found?.count ?? 0))
        }
    }

    @Test func `a killed process loses nothing, and what it left is still in doubt`() throws {
        try disk.put(bytes(1, 10), at: "/file", isSynced: false)
        let restarted = disk.crash(.killed, seed: 1)
        #expect(try restarted.bytes("/file") == bytes(1, 10))
        #expect(try restarted.crash(.dropped, seed: 1).bytes("/file") == nil)
        #expect(restarted.unsyncedByteCount == 10)
        try restarted.openFile("/file", .readWrite).synchronize()
        try restarted.synchronizeDirectory("/")
        #expect(try restarted.crash(.dropped, seed: 1).bytes("/file") == bytes(1, 10))
    }

    @Test func `the first disk stays as it is`() throws {
        try disk.put(bytes(1, 10), at: "/file", isSynced: false)
        let other = disk.crash(.dropped, seed: 1)
        try other.put(bytes(2, 10), at: "/file", isSynced: true)
        #expect(try disk.bytes("/file") == bytes(1, 10))
    }

    @Test func `sectors arrive each by itself, and tear`() throws {
        try disk.put(bytes(1, 4 * 512), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        try file.write(bytes(2, 4 * 512), at: .start)
        var patterns: Set<[UInt8]> = []
        var isTorn = false
        for found in try found("/file", .sectors) {
            let sectors = stride(from: 0, to: 2048, by: 512).compactMap { found?[$0..<$0 + 512] }
            for sector in sectors {
                // New bytes up to some place, old ones from there on.
                #expect(sector.drop { $0 == 2 }.allSatisfy { $0 == 1 })
                if sector.first != sector.last { isTorn = true }
            }
            patterns.insert(sectors.compactMap(\.last))
        }
        #expect(isTorn)
        #expect(
            patterns.isSuperset(of: [[1, 2, 1, 1], [2, 1, 2, 2], [1, 1, 1, 1], [2, 2, 2, 2]]))
    }

    @Test func `pages arrive as a whole`() throws {
        try disk.put(bytes(1, 3 * 4096), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        try file.write(bytes(2, 3 * 4096), at: .start)
        let patterns = try found("/file", .pages).map { found in
            stride(from: 0, to: 3 * 4096, by: 4096).map { Set(found?[$0..<$0 + 4096] ?? []) }
        }
        #expect(patterns.allSatisfy { $0.allSatisfy { $0.count == 1 } })
        #expect(patterns.contains([[1], [2], [1]]))
        #expect(patterns.contains([[2], [1], [2]]))
    }

    @Test func `of changes to one sector a later one never arrives without an earlier one`() throws
    {
        try disk.put(bytes(0, 512), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        for number in 1...4 {
            try file.write(bytes(UInt8(number), 1), at: FilePosition(number))
        }
        let found = try found("/file", .sectors).map { Array($0?[1...4] ?? []) }
        #expect(
            Set(found) == [
                [0, 0, 0, 0], [1, 0, 0, 0], [1, 2, 0, 0], [1, 2, 3, 0], [1, 2, 3, 4],
            ])
    }

    @Test func `garbage is noise or old bytes, where something was written only`() throws {
        try disk.put(bytes(1, 512) + bytes(2, 512), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        try file.write(bytes(3, 600), at: FilePosition(100))
        let found = try found("/file", .garbage)
        #expect(found.allSatisfy { $0?[..<100] == bytes(1, 100)[...] })
        #expect(found.allSatisfy { $0?[700...] == bytes(2, 324)[...] })
        let first = found.map { Set($0?[100..<512] ?? []) }
        #expect(first.contains([3]) && first.contains([1]) && first.contains([2]))
        #expect(first.contains { $0.count > 20 })
    }

    @Test func `a size without its bytes shows zeros`() throws {
        try disk.put(bytes(1, 10), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        try file.write(bytes(2, 30), at: .start)
        #expect(try found("/file", .sizes) == [bytes(1, 10) + bytes(0, 20)])
    }

    @Test func `bytes written after a cut do not arrive without it`() throws {
        try disk.put(bytes(1, 2048), at: "/file", isSynced: true)
        let file = try disk.openFile("/file", .readWrite)
        try file.truncate(to: 512)
        try file.write(bytes(2, 512), at: FilePosition(512))
        for profile in Self.powerFailures {
            for found in try found("/file", profile) {
                let bytes = try #require(found)
                let isUncut = bytes == self.bytes(1, 2048)
                #expect(isUncut || bytes.count <= 1024, "\(profile)")
                #expect(isUncut || !bytes[512...].contains(1) || profile == .garbage, "\(profile)")
            }
        }
    }

    @Test func `a prefix is one moment of all files`() throws {
        for path in ["/a", "/b"] { try disk.put([], at: path, isSynced: true) }
        let files = try ["/a", "/b"].map { try disk.openFile($0, .readWrite) }
        for number in 0..<10 {
            try files[number % 2].write(
                bytes(1, 100), at: FilePosition(number / 2 * 100))
        }
        var sums: Set<Int> = []
        for seed in Self.seeds {
            let image = disk.crash(.prefix, seed: seed)
            let (a, b) = try (image.bytes("/a")?.count ?? 0, image.bytes("/b")?.count ?? 0)
            #expect((a - 100...a).contains(b) && a % 100 * (b % 100) == 0, "seed \(seed)")
            sums.insert(a + b)
        }
        #expect(sums.contains(1000) && sums.count > 30)
    }

    // MARK: Names

    @Test func `the name of a synced file needs the sync of its directory`() throws {
        for (names, isFound) in [(NameMode.strict, false), (.journaled, true)] {
            let disk = SimulatedFileSystem(names: names)
            let file = try disk.openFile("/file", .createNew)
            try file.write([1], at: .start)
            try file.synchronize()
            #expect(try disk.crash(.dropped, seed: 1).bytes("/file") == (isFound ? [1] : nil))
        }
    }

    @Test func `a file in a new directory needs both names`() throws {
        try disk.createDirectory("/d")
        try disk.put([1], at: "/d/file", isSynced: true)
        #expect(disk.crash(.dropped, seed: 1).paths == [])
        try disk.synchronizeDirectory("/")
        #expect(disk.crash(.dropped, seed: 1).paths == ["/d/file"])
    }

    @Test func `any legal subset of changes of names is found, and nothing else`() throws {
        try disk.put([1], at: "/a", isSynced: true)
        try disk.put([2], at: "/b", isSynced: true)
        try disk.rename("/a", to: "/c")
        try disk.remove("/b")
        try disk.rename("/c", to: "/b")
        let found = Set(Self.seeds.map { disk.crash(.names, seed: $0).paths })
        #expect(found == [["/a", "/b"], ["/b", "/c"], ["/a"], ["/c"], ["/b"]])
    }

    @Test func `a journal keeps the order of names`() throws {
        let disk = SimulatedFileSystem(names: .journaled)
        for name in ["a", "b", "c"] { try disk.put([1], at: "/" + name, isSynced: false) }
        let found = Set(Self.seeds.map { disk.crash(.names, seed: $0).paths })
        #expect(found == [[], ["/a"], ["/a", "/b"], ["/a", "/b", "/c"]])
    }

    @Test func `a move into another directory is durable with the sync of that one`() throws {
        try disk.createDirectory("/d")
        try disk.put([1], at: "/file", isSynced: true)
        try disk.rename("/file", to: "/d/file")
        try disk.synchronizeDirectory("/")
        #expect(disk.crash(.dropped, seed: 1).paths == ["/file"])
        try disk.synchronizeDirectory("/d")
        #expect(disk.crash(.dropped, seed: 1).paths == ["/d/file"])
    }

    @Test func `a removed directory does not go before its files`() throws {
        try disk.createDirectory("/d")
        try disk.put([1], at: "/d/a", isSynced: true)
        try disk.put([1], at: "/d/b", isSynced: true)
        try disk.synchronizeDirectory("/")
        try disk.remove("/d/a")
        try disk.remove("/d/b")
        try disk.removeDirectory("/d")
        for seed in Self.seeds {
            let image = disk.crash(.names, seed: seed)
            let isThere = try image.status(of: "/d") != nil
            #expect(isThere || image.paths.isEmpty, "seed \(seed)")
        }
        // The sync of the directory above brings the removals without which it makes no sense.
        try disk.synchronizeDirectory("/")
        #expect(try disk.crash(.dropped, seed: 1).entries(of: "/").isEmpty)
    }

    // MARK: Protocols

    @Test(arguments: powerFailures, [NameMode.strict, .journaled])
    func `a replaced file is the old or the new one at any moment`(
        of profile: CrashProfile, names: NameMode
    ) throws {
        let (old, new) = (bytes(1, 700), bytes(2, 900))
        var states: Set<Bool> = []
        for point in 0... {
            let disk = SimulatedFileSystem(names: names)
            try disk.put(old, at: "/file", isSynced: true)
            disk.crashPoint = disk.operationCount + point
            let isDone = replaced(new, "/file", on: disk)
            for seed in UInt64(1)...20 {
                let found = try disk.crash(profile, seed: seed).bytes("/file")
                #expect(found == old || found == new, "crash \(point), seed \(seed)")
                #expect(!isDone || found == new, "crash \(point), seed \(seed)")
                states.insert(found == new)
            }
            guard !isDone else { break }
        }
        #expect(states == [false, true])
    }

    private func replaced(_ bytes: [UInt8], _ path: String, on disk: SimulatedFileSystem) -> Bool {
        do throws(IOFailure) {
            try AtomicReplace.write(bytes.rawSpan, to: path, on: disk)
            return true
        } catch {
            return false
        }
    }

    @Test func `a replacement without the sync of the copy is caught`() throws {
        try disk.put(bytes(1, 700), at: "/file", isSynced: true)
        try disk.put(bytes(2, 900), at: "/copy", isSynced: false)
        try disk.rename("/copy", to: "/file")
        try disk.synchronizeDirectory("/")
        #expect(try disk.crash(.dropped, seed: 1).bytes("/file") == [])
        #expect(try disk.crash(.sizes, seed: 1).bytes("/file") == bytes(0, 900))
    }
}
