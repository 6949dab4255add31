import NewswireLog
import NewswireTesting
import Testing

struct RedoDirectoryTests {
    let disk = SimulatedFileSystem()
    let redo: RedoDirectory

    init() throws {
        try disk.createDirectory("/data")
        redo = RedoDirectory(in: "/data", on: disk)
    }

    private func path(_ generation: Int) -> String {
        let digits = String(generation)
        return "/data/commit/" + String(repeating: "0", count: 20 - digits.count) + digits + ".head"
    }

    private func write(_ generations: ClosedRange<UInt64>) throws {
        var kept: [UInt64] = []
        for generation in generations {
            try redo.write(RedoHeadTests.head(generation), keeping: &kept)
        }
    }

    @Test func `before the first head there is none`() throws {
        let found = try redo.load()
        #expect(found.newest == nil && found.isClean && found.lastGeneration == 0)
    }

    @Test func `the newest head wins, and one before it stays`() throws {
        try write(1...5)
        // The file of an older one waits to be written over.
        #expect(disk.paths == [path(4), path(5), "/data/commit/coming.head.tmp"])
        let found = try redo.load()
        #expect(found.newest?.generation == 5)
        #expect(found.generations == [4, 5])
    }

    @Test func `behind a damaged head the one before it counts, as one that is not clean`() throws {
        try write(1...5)
        try disk.flipBit(300, of: path(5))
        let found = try redo.load()
        #expect(found.newest?.generation == 4)
        #expect(found.damaged.map(\.path) == [path(5)])
        #expect(!found.isClean)
        #expect(found.lastGeneration == 5)
        try disk.flipBit(300, of: path(4))
        let none = try redo.load()
        #expect(none.newest == nil && none.damaged.count == 2 && !none.isClean)
    }

    @Test func `a head under another number is damaged`() throws {
        // A copy of an old head under a new name would bring back what was trimmed since.
        try write(1...2)
        try disk.rename(path(1), to: path(9))
        let found = try redo.load()
        #expect(found.newest?.generation == 2)
        #expect(found.damaged.map(\.path) == [path(9)])
    }

    @Test(arguments: [
        "00000000000000000001.head.tmp", "1.head", "0000000000000000000a.head", "notes",
        // The last number of all: the next one overflowed.
        "18446744073709551615.head", "99999999999999999999.head",
    ])
    func `a file with another name is none`(_ name: String) throws {
        try write(1...2)
        _ = try disk.openFile("/data/commit/\(name)", .createNew)
        let found = try redo.load()
        #expect(found.newest?.generation == 2 && found.damaged.isEmpty && found.isClean)
        #expect(found.lastGeneration == 2)
    }

    @Test func `a head that goes while it is looked for is not missed`() throws {
        // Beside a writer, a reader that was slow failed: the file it wanted was gone.
        try write(1...3)
        let system = HookedFileSystem(disk)
        let once = Once()
        system.before { [disk, path = path(3)] operation, file throws(IOFailure) in
            guard operation == .open, file == path, once.take() else { return }
            try disk.remove(path)
        }
        let found = try RedoDirectory(in: "/data", on: system).load()
        #expect(once.isDone)
        #expect(found.newest?.generation == 2 && found.damaged.isEmpty)
    }

    @Test func `on a full disk the fallback makes room for a head`() throws {
        // Retention frees space only after a head that says so: without room for it nothing moved.
        try write(1...2)
        var plan = FaultPlan()
        plan.capacityBytes = 8192
        disk.faults = plan
        var kept: [UInt64] = [1, 2]
        try redo.write(RedoHeadTests.head(3), keeping: &kept)
        #expect(try redo.load().newest?.generation == 3)
        #expect(disk.paths == [path(2), path(3)] || disk.paths == [path(3)])
        #expect(kept.last == 3)
    }

    @Test func `on a full disk heads are written over old ones, whose space nobody gets`() throws {
        // The fallback was removed first. When somebody else had its space before the new head was
        // there, no head could be written any more, and so nothing be trimmed.
        try write(1...3)
        var plan = FaultPlan()
        plan.capacityBytes = 0
        disk.faults = plan
        var kept: [UInt64] = [2, 3]
        for generation in UInt64(4)...9 {
            try redo.write(RedoHeadTests.head(generation), keeping: &kept)
            #expect(try redo.load().generations == [generation - 1, generation])
        }
    }

    @Test func `a crash while a head is written leaves it or the one before`() throws {
        for profile in CrashProfile.allCases {
            for seed in UInt64(1)...5 {
                try check(profile, seed: seed)
            }
        }
    }

    private func check(_ profile: CrashProfile, seed: UInt64) throws {
        for step in 0... {
            let disk = SimulatedFileSystem()
            try disk.createDirectory("/data")
            try disk.synchronizeDirectory("/")
            let redo = RedoDirectory(in: "/data", on: disk)
            var kept: [UInt64] = []
            for generation in UInt64(1)...4 {
                try redo.write(RedoHeadTests.head(generation), keeping: &kept)
            }
            disk.crashPoint = disk.operationCount + step
            var isWritten = false
            do throws(IOFailure) {
                try redo.write(RedoHeadTests.head(5), keeping: &kept)
                isWritten = true
            } catch { isWritten = false }
            let image = disk.crash(profile, seed: seed)
            let found = try RedoDirectory(in: "/data", on: image).load()
            let generation = try #require(found.newest?.generation, "\(profile), step \(step)")
            #expect(isWritten ? generation == 5 : generation >= 4, "\(profile), step \(step)")
            #expect(found.damaged.isEmpty, "\(profile), step \(step)")
            if isWritten { return }
        }
    }
}
