import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Opens what each version wrote.
@Suite struct GoldenDirectoryTests {
    static let names = ["v1", "v2"]
    static let today = GoldenDirectory("v2")

    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()

    init() throws { temporary = try TemporaryDirectory() }

    @Test(arguments: names)
    func `every record is there, byte for byte`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let opened = try kept.open(try golden.copy(in: temporary))
        #expect(opened.directory.recoveryReport.wasClean)
        #expect(!opened.directory.recoveryReport.changedAnything)
        #expect(opened.logs.map(\.partition) == GoldenPartition.all.map(\.partition).sorted())
        for log in opened.logs {
            #expect(try log.lines() == golden.expected("\(log.partition).jsonl"))
        }
    }

    @Test(arguments: names)
    func `the partitions begin and end where they did`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let opened = try kept.open(try golden.copy(in: temporary))
        for partition in GoldenPartition.all {
            let log = try opened.log(partition.partition.description)
            let end = partition.batchSizes.reduce(0, +)
            #expect(log.offsets.logStartOffset == Offset(partition.start ?? 0))
            #expect(log.offsets.highWatermark == Offset(Int64(end)))
            #expect(log.offsets.logEndOffset == Offset(Int64(end)))
            #expect(log.identity.topicID == partition.topicID)
        }
    }

    @Test(arguments: names)
    func `reading changes nothing`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let before = try contents(of: golden.data)
        let opened = try kept.open(golden.data, .readOnly)
        for log in opened.logs {
            #expect(try log.lines() == golden.expected("\(log.partition).jsonl"))
        }
        try opened.directory.close()
        #expect(try contents(of: golden.data) == before)
    }

    @Test(arguments: names)
    func `without its checkpoint all of it is read and verified`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let path = try golden.copy(in: temporary)
        try FileManager.default.removeItem(atPath: "\(path)/commit")
        let opened = try kept.open(path) { partition, configuration in
            configuration.indexIntervalBytes = 128
        }
        let report = opened.directory.recoveryReport
        #expect(!report.changedAnything)
        for partition in GoldenPartition.all where partition.start == nil {
            let log = try opened.log(partition.partition.description)
            #expect(try log.lines() == golden.expected("\(log.partition).jsonl"))
            let recovery = report.partitions.first { $0.partition == log.partition }
            #expect(recovery?.scannedByteCount == log.storage.byteCount)
        }
    }

    @Test(arguments: names)
    func `indexes made again are the ones that were written`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        for file in try contents(of: golden.data).keys where file.hasSuffix(".log") {
            let segment = SegmentFiles("\(golden.data)/\(file)")
            let partition = GoldenPartition.all.first { file.hasPrefix("\($0.partition)/") }
            let interval = try #require(partition).configuration.indexIntervalBytes
            let rebuilt = try segment.rebuiltIndexes(interval: interval)
            #expect(rebuilt.offsetSlots == (try segment.bytes(of: .offsetIndex)), "\(file)")
            #expect(rebuilt.timeSlots == (try segment.bytes(of: .timeIndex)), "\(file)")
        }
    }

    @Test(arguments: names)
    func `appends go on where they ended`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let path = try golden.copy(in: temporary)
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
            #expect(lines.dropLast() == (try golden.expected("\(log.partition).jsonl"))[...])
            #expect(lines.last?.contains(#""offset":\#(end),"#) ?? false)
        }
    }

    @Test(arguments: names)
    func `every time leads to its first record`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let opened = try kept.open(golden.data, .readOnly)
        for log in opened.logs {
            let records = try golden.timesAndOffsets(of: "\(log.partition).jsonl")
            for (timestamp, _) in records {
                let first = records.first { $0.timestamp >= timestamp }?.offset
                let found = try log.firstOffset(at: Timestamp(milliseconds: timestamp))
                #expect(found?.offset.value == first, "\(log.partition) at \(timestamp)")
            }
            #expect(try log.firstOffset(at: Timestamp(milliseconds: .max)) == nil)
        }
    }

    @Test(arguments: names)
    func `an open for writing makes it one of today's version`(_ name: String) throws {
        let path = try GoldenDirectory(name).copy(in: temporary)
        let before = try format(of: path)
        let opened = try kept.open(path)
        let after = try format(of: path)
        #expect(before.isCurrent == (name != "v1"))
        #expect(after.isCurrent)
        #expect(after.directoryID == before.directoryID)
        for log in opened.logs {
            try log.append { $0.append(key: nil, value: [UInt8]("one more".utf8)) }
        }
        try opened.directory.close()
        let heads = try FileManager.default.contentsOfDirectory(atPath: "\(path)/commit")
            .filter { $0.hasSuffix(".head") }
        #expect(heads.count == 2)
    }

    private func format(of path: String) throws -> DirectoryFormat {
        let file = URL(filePath: "\(path)/\(DirectoryFormat.fileName)")
        return try DirectoryFormat(Array(try Data(contentsOf: file)).rawSpan)
    }
}
