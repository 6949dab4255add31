import NewswireLog
import NewswireTesting
import Testing

/// Raising the start of a log.
struct PartitionTrimTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
    }

    private func open() throws -> PartitionLog {
        try store.open {
            $0.segmentBytes = 400
            $0.retention = nil
        }
    }

    @Test func `what lies before the start is not read, nor found by time`() throws {
        let log = try open()
        for number in 0..<20 { try log.append(number) }
        try log.trim(before: Offset(7))
        #expect(log.offsets.logStartOffset == Offset(7))
        for offset in Int64(0)..<7 {
            #expect {
                try log.read(from: Offset(offset))
            } throws: { error in
                guard case .offsetOutOfRange(_, _, let valid)? = error as? LogFailure else {
                    return false
                }
                return valid == Offset(7)...Offset(20)
            }
        }
        #expect(try log.values(from: Offset(7)) == recordTexts(7..<20))
        #expect(try log.firstOffset(at: .absent)?.offset == Offset(7))
        // A slice begins with its offset, though the batch begins before.
        #expect(try log.read(from: Offset(8), maxBytes: 1).values() == ["record 8"])
    }

    @Test(arguments: CrashProfile.allCases)
    func `a start that was raised stays raised`(_ profile: CrashProfile) throws {
        let log = try open()
        for number in 0..<20 { try log.append(number) }
        for start in [3, 9, 10, 20] as [Int64] {
            try log.trim(before: Offset(start))
            let image = disk.crash(profile, seed: UInt64(start))
            let other = LogStore(on: image, time: time)
            let found = try other.open()
            #expect(found.offsets.logStartOffset == Offset(start))
            #expect(found.offsets.logEndOffset == Offset(20))
            #expect(other.report.partitions.flatMap(\.lost).isEmpty)
        }
    }

    @Test func `a start cannot go back, nor beyond the end`() throws {
        let log = try open()
        for number in 0..<20 { try log.append(number) }
        try log.trim(before: Offset(5))
        try log.trim(before: Offset(3))
        #expect(log.offsets.logStartOffset == Offset(5))
        for offset in [-1, 21, Int64.max, .min] {
            #expect(throws: LogFailure.self) { try log.trim(before: Offset(offset)) }
        }
        #expect(log.offsets.logStartOffset == Offset(5))
    }

    @Test func `segments before the start are removed, and appends go on`() throws {
        let log = try open()
        for number in 0..<20 { try log.append(number) }
        try log.trim(before: Offset(12))
        store.directory?.runMaintenance()
        #expect(log.storage.segmentCount == 2)
        try log.trim(before: Offset(20))
        store.directory?.runMaintenance()
        #expect(log.storage.segmentCount == 0)
        #expect(disk.paths.filter { $0.hasSuffix("index") || $0.hasSuffix(".log") } == [])
        #expect(try log.read(from: Offset(20)).isEmpty)
        #expect(try log.append(20).baseOffset == Offset(20))
        try store.close()
        let reopened = try open()
        #expect(reopened.offsets.logStartOffset == Offset(20))
        #expect(try reopened.values(from: Offset(20)) == ["record 20"])
    }

    @Test func `a slice outlives the removal of its segment`() throws {
        let log = try open()
        for number in 0..<20 { try log.append(number) }
        let slice = try log.read(from: Offset(2))
        let values = try slice.values()
        try log.trim(before: Offset(20))
        store.directory?.runMaintenance()
        #expect(try slice.values() == values && values.count == 3)
    }

    @Test func `an empty log can be trimmed to where it is`() throws {
        let log = try open()
        try log.trim(before: .zero)
        #expect(throws: LogFailure.self) { try log.trim(before: Offset(1)) }
        #expect(log.offsets.logStartOffset == .zero)
    }
}
