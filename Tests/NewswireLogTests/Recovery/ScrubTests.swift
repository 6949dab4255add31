import NewswireLog
import NewswireTesting
import Testing

/// Maintenance reads the logs at a bounded rate and tells of rot once.
struct ScrubTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
        store.options.scrubBytesPerSecond = 4096
    }

    private func open() throws -> PartitionLog {
        try store.open {
            $0.retention = nil
            $0.segmentBytes = 20_000
        }
    }

    private var damaged: [Range<Offset>] {
        store.events.all.compactMap { event in
            guard case .damaged(_, let offsets, _, _) = event else { return nil }
            return offsets
        }
    }

    /// Lets `seconds` pass, in steps of one.
    private func pass(_ seconds: Int) {
        for _ in 0..<seconds {
            time.advance(by: .seconds(1))
            store.directory?.runMaintenance()
        }
    }

    @Test func `damage is told, once for each range and not before its turn`() throws {
        let log = try open()
        for number in 0..<600 { try log.append(number) }
        let path = try #require(disk.paths.first { $0.hasSuffix(".log") })
        for position in [400, 15_000] { try disk.flipBit(position * 8, of: path) }
        pass(31)
        #expect(damaged.count == 1)
        pass(600)
        #expect(damaged.count == 2)
        #expect(damaged.allSatisfy { $0.upperBound.value - $0.lowerBound.value == 1 })
        for range in damaged {
            #expect(try log.damagedRange(at: range.lowerBound) == range)
        }
        // The next pass finds them again, and says nothing.
        pass(86_400)
        #expect(damaged.count == 2)
    }

    @Test func `records that come meanwhile and segments that go are no damage`() throws {
        let log = try open()
        for number in 0..<2000 {
            try log.append(number)
            if number % 10 == 0 { pass(1) }
            if number == 1500 { try log.trim(before: Offset(1200)) }
        }
        pass(200)
        #expect(damaged.isEmpty)
        #expect(
            store.events.all.allSatisfy { event in
                if case .maintenanceFailed = event { false } else { true }
            })
    }

    @Test func `without a rate nothing is read`() throws {
        store.options.scrubBytesPerSecond = 0
        let log = try open()
        for number in 0..<100 { try log.append(number) }
        let path = try #require(disk.paths.first { $0.hasSuffix(".log") })
        try disk.flipBit(400 * 8, of: path)
        pass(100)
        #expect(damaged.isEmpty)
    }
}
