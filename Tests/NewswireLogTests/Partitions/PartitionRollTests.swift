import NewswireLog
import NewswireTesting
import Testing

/// Where segments end.
struct PartitionRollTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
    }

    private var reasons: [String] {
        store.events.all.compactMap {
            if case .rolled(_, _, let reason) = $0 { reason } else { nil }
        }
    }

    private func append(at time: Int64, to log: PartitionLog) throws {
        try log.append {
            $0.append(key: nil, value: [1], timestamp: Timestamp(milliseconds: time))
        }
    }

    @Test func `no segment is larger than segment.bytes, and none could have been longer`() throws {
        let log = try store.open {
            $0.segmentBytes = 1000
            $0.retention = nil
        }
        var random = SeededRandom(seed: 4)
        for _ in 0..<60 {
            let size = Int.random(in: 0..<400, using: &random)
            try log.append { $0.append(key: nil, value: [UInt8](repeating: 1, count: size)) }
        }
        let sizes = try disk.paths.filter { $0.hasSuffix(".log") }
            .map { try disk.status(of: $0)?.byteCount ?? 0 }
        #expect(sizes.count == log.storage.segmentCount && sizes.count > 5)
        #expect(sizes.allSatisfy { $0 <= 1000 && $0 > 0 })
        #expect(sizes.dropLast().allSatisfy { $0 > 1000 - 480 })
        #expect(Set(reasons) == ["size"])
        let bases = disk.paths.filter { $0.hasSuffix(".log") }
            .compactMap { SegmentFileName(String($0.suffix(24)))?.baseOffset }
        #expect(bases == bases.sorted() && bases.first == .zero)
    }

    @Test func `a segment ends when its records span segment.ms`() throws {
        let log = try store.open {
            $0.segmentAge = .seconds(10)
            $0.retention = nil
        }
        for moment in [0, 5000, 10_000, 10_001, 12_000, 20_002] as [Int64] {
            try append(at: moment, to: log)
        }
        #expect(reasons == ["age", "age"])
        #expect(log.storage.segmentCount == 3)
    }

    @Test func `an idle segment ends by the clock`() throws {
        let log = try store.open { $0.segmentAge = .seconds(10) }
        try log.append(0)
        time.advance(by: .seconds(10))
        store.directory?.runMaintenance()
        #expect(reasons == [])
        time.advance(by: .seconds(1))
        store.directory?.runMaintenance()
        #expect(reasons == ["age"])
        // An empty one is none, and nothing follows until something is appended.
        time.advance(by: .seconds(100))
        store.directory?.runMaintenance()
        #expect(reasons == ["age"])
        try log.append(1)
        #expect(try log.values() == recordTexts(0..<2))
        #expect(log.storage.segmentCount == 2)
    }

    @Test func `a segment ends when an index is full`() throws {
        let log = try store.open {
            $0.indexIntervalBytes = 0
            $0.segmentIndexBytes = 60
            $0.retention = nil
        }
        for number in 0..<30 { try append(at: Int64(number), to: log) }
        #expect(Set(reasons) == ["indexFull"])
        let sizes = try disk.paths.filter { $0.hasSuffix("index") }
            .map { try disk.status(of: $0)?.byteCount ?? 0 }
        #expect(sizes.allSatisfy { $0 <= 60 && $0 > 0 })
    }

    @Test func `after an open the last segment goes on`() throws {
        for number in 0..<6 {
            let log = try store.open { $0.segmentBytes = 250 }
            try log.append(number)
            #expect(try log.values() == recordTexts(0..<number + 1))
            try store.close()
        }
        #expect(disk.paths.filter { $0.hasSuffix(".log") }.count == 2)
    }

    @Test func `a roll that fails leaves the log as it is`() throws {
        let log = try store.open { $0.segmentBytes = 400 }
        for number in 0..<5 { try log.append(number) }
        for number in 1...6 {
            disk.faults = FaultPlan(Fault(nil, number: number, errorNumber: 5))
            let end = log.offsets.logEndOffset
            do {
                try log.append(Int(end.value))
            } catch {
                guard case .inputOutput? = error as? LogFailure else { break }
                disk.faults = FaultPlan()
                try log.append(Int(end.value))
            }
            disk.faults = FaultPlan()
            let count = Int(log.offsets.highWatermark.value)
            #expect(try log.values() == recordTexts(0..<count))
        }
    }
}
