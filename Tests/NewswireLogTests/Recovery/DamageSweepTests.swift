import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Every byte of a small store is damaged in turn: what is read afterwards is what was written, and
/// what is not read was told.
struct DamageSweepTests {
    /// How the store came to its end.
    enum Shape: String, CaseIterable, Sendable {
        case syncedAndClosed, writtenAndClosed, syncedAndKilled

        var isClosed: Bool { self != .syncedAndKilled }
    }

    static let batchCount = 9
    static let recordsPerBatch = 2
    static let recordCount = batchCount * recordsPerBatch

    static func configure(_ configuration: inout LogConfiguration) {
        configuration.segmentBytes = 350
        // A slot for every batch but the first of a segment.
        configuration.indexIntervalBytes = 0
        configuration.retention = nil
    }

    /// The store, and how many of its records lie before the recovery point.
    static func store(_ shape: Shape) throws -> SimulatedFileSystem {
        let time = ManualTimeSource()
        let disk = SimulatedFileSystem(time: time)
        let store = LogStore(on: disk, time: time)
        let log = try store.open {
            configure(&$0)
            $0.durability = shape == .writtenAndClosed ? .written : .synced
        }
        for batch in 0..<batchCount {
            try append(batch, to: log)
            guard batch == 5 else { continue }
            time.advance(by: .seconds(20))
            store.directory?.runMaintenance()
        }
        if shape.isClosed { try store.close() }
        return disk.crash(.killed, seed: 1)
    }

    static func append(_ batch: Int, to log: PartitionLog) throws {
        try log.append {
            for record in 0..<recordsPerBatch {
                let number = 100 + batch * recordsPerBatch + record
                $0.append(key: nil, value: [UInt8]("\(number)".utf8))
            }
        }
    }

    /// Every byte when there is time for it, else every third one, a different one for each shape.
    static let step =
        ProcessInfo.processInfo.environment["NEWSWIRE_SIMULATION_SECONDS"] == nil ? 3 : 1

    static func first(_ shape: Shape) -> Int { (Shape.allCases.firstIndex(of: shape) ?? 0) % step }

    // MARK: What is done

    @Test(arguments: Shape.allCases)
    func `one bit of every byte of every file`(of shape: Shape) throws {
        let store = try Self.store(shape)
        let seed: UInt64 = 7
        var random = SeededRandom(seed: seed)
        for path in store.paths {
            let bytes = try store.contents(of: path, byteCountMax: .max)
            // Heads are padded with zeros that mean nothing.
            let used = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
            for byte in stride(from: Self.first(shape), to: used, by: Self.step) {
                let disk = store.crash(.killed, seed: 1)
                let bit = byte * 8 + Int.random(in: 0..<8, using: &random)
                try disk.flipBit(bit, of: path)
                try Examination(shape, disk, "\(path), bit \(bit), seed \(seed)")
                    .check(damaged: path, at: byte)
            }
        }
    }

    @Test(arguments: Shape.allCases)
    func `every file cut at every byte`(of shape: Shape) throws {
        let store = try Self.store(shape)
        for path in store.paths {
            let bytes = try store.contents(of: path, byteCountMax: .max)
            let used = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
            for byteCount in stride(from: Self.first(shape), to: used, by: Self.step) {
                let disk = store.crash(.killed, seed: 1)
                try disk.openFile(path, .readWrite).truncate(to: byteCount)
                try Examination(shape, disk, "\(path), cut to \(byteCount)")
                    .check(damaged: path, at: byteCount)
            }
        }
    }

    @Test(arguments: Shape.allCases)
    func `every file missing, empty, or another one's`(of shape: Shape) throws {
        let store = try Self.store(shape)
        for path in store.paths {
            let disk = store.crash(.killed, seed: 1)
            try disk.remove(path)
            try Examination(shape, disk, "\(path) missing").check(damaged: path, at: 0)
            for other in store.paths where other != path {
                let disk = store.crash(.killed, seed: 1)
                let bytes = try disk.contents(of: other, byteCountMax: .max)
                let file = try disk.openFile(path, .readWrite)
                try file.truncate(to: 0)
                try file.write(bytes, at: .start)
                try Examination(shape, disk, "\(path) as \(other)").check(damaged: path, at: 0)
            }
        }
    }
}

/// Opens a damaged store and looks at everything.
private struct Examination {
    private let shape: DamageSweepTests.Shape
    private let disk: SimulatedFileSystem
    private let what: String
    private let store: LogStore

    init(_ shape: DamageSweepTests.Shape, _ disk: SimulatedFileSystem, _ what: String) {
        self.shape = shape
        self.disk = disk
        self.what = what
        store = LogStore(on: disk)
    }

    func check(damaged path: String, at position: Int) throws {
        let log: PartitionLog
        do {
            log = try store.open(DamageSweepTests.configure)
        } catch {
            // Without its format file it is not touched.
            guard path.hasSuffix("newswire.format") else { throw error }
            return
        }
        let (found, skipped) = try readSkipping(log)
        for (offset, value) in found {
            #expect(value == "\(100 + offset)", "\(what): offset \(offset)")
        }
        let missing = (0..<DamageSweepTests.recordCount).filter { found[$0] == nil }
        if !path.hasSuffix(".log") { #expect(missing.isEmpty, "\(what): \(missing)") }
        checkNeighbours(missing, path, position)
        checkReport(missing, skipped, log)
        try checkAppend(log)
    }

    /// In a log that was closed in order a changed batch costs itself at most.
    private func checkNeighbours(_ missing: [Int], _ path: String, _ position: Int) {
        guard path.hasSuffix(".log"), shape.isClosed, what.contains("bit") else { return }
        let isOneBatch = missing.count <= DamageSweepTests.recordsPerBatch
        #expect(isOneBatch, "\(what): \(missing)")
    }

    /// Whatever is missing was skipped by the reader's own doing, or reported by the open.
    private func checkReport(_ missing: [Int], _ skipped: [Range<Int>], _ log: PartitionLog) {
        let reports = store.report.partitions
        let lost = reports.flatMap(\.lost).map {
            Int($0.offsets.lowerBound.value)..<Int($0.offsets.upperBound.value)
        }
        let hasCut = !reports.flatMap(\.cut).isEmpty || !reports.flatMap(\.quarantined).isEmpty
        let end = Int(log.offsets.logEndOffset.value)
        for offset in missing {
            let isTold =
                (skipped + lost).contains { $0.contains(offset) } || (offset >= end && hasCut)
                || isCleanCut(offset, end)
            #expect(isTold, "\(what): offset \(offset) is missing, and nobody said so")
        }
    }

    /// Whether a log that nobody closed ends early at the end of a batch: as after a power failure,
    /// which takes what was not checkpointed without a trace.
    private func isCleanCut(_ offset: Int, _ end: Int) -> Bool {
        !shape.isClosed && offset >= end
    }

    /// What is appended gets an offset that nothing readable has.
    private func checkAppend(_ log: PartitionLog) throws {
        let end = log.offsets.logEndOffset
        let batch = try log.append { $0.append(key: nil, value: [UInt8]("new".utf8)) }
        #expect(batch.baseOffset == end, "\(what)")
        #expect(try log.read(from: end).values() == ["new"], "\(what)")
    }

    /// The values by offset, and the ranges that had to be skipped.
    private func readSkipping(
        _ log: PartitionLog
    ) throws -> (found: [Int: String], skipped: [Range<Int>]) {
        var found: [Int: String] = [:]
        var skipped: [Range<Int>] = []
        var next = log.offsets.logStartOffset
        while next < log.offsets.highWatermark {
            do {
                next = try read(from: next, log, &found)
            } catch {
                guard case .corrupt = error else { throw error }
                let damaged = try log.damagedRange(at: next)
                try #require(damaged.lowerBound == next && damaged.upperBound > next)
                skipped.append(Int(next.value)..<Int(damaged.upperBound.value))
                next = damaged.upperBound
            }
        }
        return (found, skipped)
    }

    private func read(
        from offset: Offset, _ log: PartitionLog, _ found: inout [Int: String]
    ) throws(LogFailure) -> Offset {
        let slice = try log.read(from: offset, maxBytes: 1)
        var records = slice.records()
        while let record = try records.next() {
            guard let value = record.value else { continue }
            found[Int(record.offset.value)] = String(
                decoding: [UInt8](copying: value), as: UTF8.self)
        }
        return slice.nextOffset
    }
}
