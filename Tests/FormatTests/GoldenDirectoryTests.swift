import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Opens what an earlier version wrote.
@Suite struct GoldenDirectoryTests {
    static let v1 = GoldenDirectory("v1")

    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()

    init() throws { temporary = try TemporaryDirectory() }

    @Test func `every record is there, byte for byte`() throws {
        let opened = try kept.open(try Self.v1.copy(in: temporary))
        #expect(opened.directory.recoveryReport.wasClean)
        #expect(!opened.directory.recoveryReport.changedAnything)
        #expect(opened.logs.map(\.partition) == GoldenPartition.all.map(\.partition).sorted())
        for log in opened.logs {
            #expect(try log.lines() == Self.v1.expected("\(log.partition).jsonl"))
        }
    }

    @Test func `the partitions begin and end where they did`() throws {
        let opened = try kept.open(try Self.v1.copy(in: temporary))
        for golden in GoldenPartition.all {
            let log = try opened.log(golden.partition.description)
            let end = golden.batchSizes.reduce(0, +)
            #expect(log.offsets.logStartOffset == Offset(golden.start ?? 0))
            #expect(log.offsets.highWatermark == Offset(Int64(end)))
            #expect(log.offsets.logEndOffset == Offset(Int64(end)))
            #expect(log.identity.topicID == golden.topicID)
        }
    }

    @Test func `reading changes nothing`() throws {
        let before = try contents(of: Self.v1.data)
        let opened = try kept.open(Self.v1.data, .readOnly)
        for log in opened.logs {
            #expect(try log.lines() == Self.v1.expected("\(log.partition).jsonl"))
        }
        try opened.directory.close()
        #expect(try contents(of: Self.v1.data) == before)
    }

    @Test func `without its checkpoint all of it is read and verified`() throws {
        let path = try Self.v1.copy(in: temporary)
        try FileManager.default.removeItem(atPath: "\(path)/commit")
        let opened = try kept.open(path) { partition, configuration in
            configuration.indexIntervalBytes = 128
        }
        let report = opened.directory.recoveryReport
        #expect(!report.changedAnything)
        for golden in GoldenPartition.all where golden.start == nil {
            let log = try opened.log(golden.partition.description)
            #expect(try log.lines() == Self.v1.expected("\(log.partition).jsonl"))
            let recovery = report.partitions.first { $0.partition == log.partition }
            #expect(recovery?.scannedByteCount == log.storage.byteCount)
        }
    }

    @Test func `indexes made again are the ones that were written`() throws {
        for file in try contents(of: Self.v1.data).keys where file.hasSuffix(".log") {
            let segment = SegmentFiles("\(Self.v1.data)/\(file)")
            let golden = GoldenPartition.all.first { file.hasPrefix("\($0.partition)/") }
            let interval = try #require(golden).configuration.indexIntervalBytes
            let rebuilt = try segment.rebuiltIndexes(interval: interval)
            #expect(rebuilt.offsetSlots == (try segment.bytes(of: .offsetIndex)), "\(file)")
            #expect(rebuilt.timeSlots == (try segment.bytes(of: .timeIndex)), "\(file)")
        }
    }

    @Test func `appends go on where they ended`() throws {
        let path = try Self.v1.copy(in: temporary)
        var opened = try kept.open(path)
        let ends = opened.logs.map(\.offsets.logEndOffset)
        for log in opened.logs {
            try log.append { $0.append(key: nil, value: [UInt8]("one more".utf8)) }
        }
        try opened.directory.close()
        opened = try kept.open(path)
        #expect(opened.directory.recoveryReport.wasClean)
        for (log, end) in zip(opened.logs, ends) {
            #expect(log.offsets.logEndOffset == end + 1)
            let lines = try log.lines()
            #expect(lines.dropLast() == (try Self.v1.expected("\(log.partition).jsonl"))[...])
            #expect(lines.last?.contains(#""offset":\#(end),"#) ?? false)
        }
    }

    @Test func `every time leads to its first record`() throws {
        let opened = try kept.open(Self.v1.data, .readOnly)
        for log in opened.logs {
            let records = try Self.v1.timesAndOffsets(of: "\(log.partition).jsonl")
            for (timestamp, _) in records {
                let first = records.first { $0.timestamp >= timestamp }?.offset
                let found = try log.firstOffset(at: Timestamp(milliseconds: timestamp))
                #expect(found?.offset.value == first, "\(log.partition) at \(timestamp)")
            }
            #expect(try log.firstOffset(at: Timestamp(milliseconds: .max)) == nil)
        }
    }
}
