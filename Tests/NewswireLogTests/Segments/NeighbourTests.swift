import NewswireLog
import NewswireTesting
import Testing

/// A damaged batch in a log that was closed in order: its neighbours are served.
struct NeighbourTests {
    static let recordsPerBatch = 3

    let disk = SimulatedFileSystem()
    let store: LogStore

    init() throws {
        store = LogStore(on: disk)
        let log = try open()
        for number in 0..<12 {
            try log.append { batch in
                for record in 0..<Self.recordsPerBatch {
                    let value = 100 + number * Self.recordsPerBatch + record
                    batch.append(key: nil, value: [UInt8]("\(value)".utf8))
                }
            }
        }
        try store.close()
    }

    private func open() throws -> PartitionLog {
        try store.open {
            $0.segmentBytes = 400
            // A slot for each batch but the first.
            $0.indexIntervalBytes = 0
            $0.retention = nil
        }
    }

    /// Reads as a consumer that skips what is damaged.
    private static func readSkipping(_ log: PartitionLog) throws -> (
        values: [Int], skipped: [Range<Int64>]
    ) {
        var values: [Int] = []
        var skipped: [Range<Int64>] = []
        var next = log.offsets.logStartOffset
        while next < log.offsets.highWatermark {
            do {
                let slice = try log.read(from: next, maxBytes: 1)
                values += try slice.values().compactMap { Int($0).map { $0 - 100 } }
                next = slice.nextOffset
            } catch {
                guard case .corrupt? = error as? LogFailure else { throw error }
                let damaged = try log.damagedRange(at: next)
                try #require(damaged.lowerBound == next && damaged.upperBound > next)
                skipped.append(damaged.lowerBound.value..<damaged.upperBound.value)
                next = damaged.upperBound
            }
        }
        return (values, skipped)
    }

    @Test func `any bit of a batch changed costs that batch and no other`() throws {
        // With the header gone the batches behind were out of reach: look-ups began with the slot
        // before the damage, though the wanted batch had one of its own.
        let path = "/data/orders-0/00000000000000000000.log"
        let byteCount = try #require(try disk.status(of: path)).byteCount
        let size = byteCount / 4
        #expect(size * 4 == byteCount)
        for bit in size * 8..<size * 2 * 8 {
            let disk = disk.crash(.killed, seed: 0)
            try disk.flipBit(bit, of: path)
            let store = LogStore(on: disk)
            defer { store.abandon() }
            let log = try store.open {
                $0.segmentBytes = 400
                $0.indexIntervalBytes = 0
            }
            let (values, skipped) = try NeighbourTests.readSkipping(log)
            // The epoch is outside the checksum, and no part of any record; it is not negative.
            let isEpoch = (96..<128).contains(bit - size * 8) && bit - size * 8 != 103
            let lost = isEpoch ? 0..<0 : 3..<6
            #expect(values == (0..<36).filter { !lost.contains($0) }, "bit \(bit)")
            #expect(skipped == (isEpoch ? [] : [3..<6]), "bit \(bit)")
        }
    }

    @Test func `without indexes the next batch is served`() throws {
        // All of the segment was given up.
        for path in disk.paths where path.hasSuffix("index") { try disk.remove(path) }
        try disk.flipBit(16 * 8, of: "/data/orders-0/00000000000000000000.log")
        let log = try open()
        let (values, skipped) = try Self.readSkipping(log)
        #expect(values == Array(3..<36))
        #expect(skipped == [0..<3])
    }

    @Test func `a missing segment in the middle is a gap that is reported`() throws {
        let logs = disk.paths.filter { $0.hasSuffix(".log") }
        try disk.remove(logs[1])
        let log = try open()
        let (values, skipped) = try Self.readSkipping(log)
        #expect(values == Array(0..<12) + Array(24..<36))
        #expect(skipped == [12..<24])
        #expect(throws: LogFailure.self) { try log.read(from: Offset(15)) }
    }

    @Test func `appends go on behind a damaged first batch`() throws {
        // To know the age of the last segment its first batch was read, and appends failed with it.
        let last = try #require(disk.paths.last { $0.hasSuffix(".log") })
        try disk.flipBit(16 * 8, of: last)
        let log = try open()
        let end = log.offsets.logEndOffset
        try log.append { $0.append(key: nil, value: [7]) }
        #expect(try log.read(from: end).values() == ["\u{7}"])
    }
}
