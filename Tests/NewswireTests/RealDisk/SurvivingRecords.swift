import Foundation
import Newswire
import NewswireTesting
import Testing

/// What the lives of some processes left in a directory, compared with what was promised.
struct SurvivingRecords {
    private var records: [TopicPartition: [DoomedRecord]] = [:]
    /// How many records each atomic append left.
    private var groups: [DoomedGroup: Int] = [:]

    /// How many there are.
    var count: Int { records.values.reduce(0) { $0 + $1.count } }

    /// How many atomic appends are there.
    var groupCount: Int { groups.count }

    /// Opens the directory, which recovers it, and reads all of it.
    ///
    /// What was there before has to be there, and what the last process said, unless it promised
    /// less than `promise`: the weakest promise that its end may not break.
    mutating func check(
        _ data: String, after acknowledged: [Acknowledgement], keeping promise: Durability,
        _ comment: Comment
    ) throws {
        let engine = try StreamEngine.open(at: data)
        expectNothingBroken(engine.recoveryReport, promise, comment)
        var found: [TopicPartition: [DoomedRecord]] = [:]
        groups = [:]
        for topic in engine.topics {
            for partition in topic.partitions {
                found[partition.topicPartition] = try read(partition, comment)
            }
        }
        try engine.close()
        for (partition, before) in records {
            // What was recovered once is on the disk.
            let now = Array(found[partition, default: []].prefix(before.count))
            let isKept = now == before
            #expect(isKept, "\(comment): \(partition) lost what it had recovered")
        }
        let missing = acknowledged.filter { said in
            let kept = found[said.partition, default: []].dropFirst(said.baseOffset)
            return said.promise >= promise && Array(kept.prefix(said.count)) != said.records
        }
        // A few of them: all would fill the screen.
        let examples = missing.prefix(3).map(\.line).joined()
        #expect(
            missing.isEmpty,
            "\(comment): \(missing.count) of \(acknowledged.count) are lost: \(examples)")
        records = found
        let torn = groups.filter { $0.key.recordCount != $0.value }
        let parts = torn.prefix(3).map { "\($0.value) of the records of \($0.key)" }
        #expect(torn.isEmpty, "\(comment): \(torn.count) atomic appends are torn: \(parts)")
    }

    /// Nothing synced is gone, and nothing is set aside but what was promised less.
    private func expectNothingBroken(
        _ report: RecoveryReport, _ promise: Durability, _ comment: Comment
    ) {
        #expect(report.partitions.flatMap(\.lost).isEmpty, comment)
        let setAside = report.partitions.filter { recovery in
            // The engine's own topics are synced.
            let level = Durability(rawValue: recovery.partition.topic) ?? .synced
            return level >= promise
        }
        let files = report.quarantined + setAside.flatMap(Self.setAsideOfLog)
        #expect(files.isEmpty, comment)
    }

    /// The files set aside but for segments behind the log's end: a large batch goes to its segment
    /// before it is committed, and what came before it may never have been.
    private static func setAsideOfLog(_ recovery: PartitionRecovery) -> [String] {
        recovery.quarantined.filter { path in
            let offset = path.split(separator: ".").compactMap { Int64($0) }.first
            return offset.map { $0 < recovery.logEndOffset.value } ?? true
        }
    }

    /// All records of a partition: offsets without gaps, and no record of a writer left out.
    private mutating func read(
        _ partition: Partition, _ comment: Comment
    ) throws -> [DoomedRecord] {
        var found: [DoomedRecord] = []
        var nextNumbers: [DoomedRecord: Int] = [:]
        var position = partition.offsets.logStartOffset
        while true {
            let slice = try partition.read(from: position)
            guard !slice.isEmpty else { break }
            var records = slice.records()
            while let record = try records.next() {
                let place: Comment = "\(comment): \(partition.topicPartition), \(record.offset)"
                #expect(record.offset.value == Int64(found.count), place)
                var value = ""
                if let bytes = record.value { value = text(bytes) }
                let read = try #require(DoomedRecord(value), place)
                let writer = DoomedRecord(life: read.life, writer: read.writer, number: 0)
                #expect(read.number == nextNumbers[writer, default: 0], place)
                nextNumbers[writer] = read.number + 1
                found.append(read)
                if let key = record.key, let group = DoomedGroup(text(key)) {
                    groups[group, default: 0] += 1
                }
            }
            position = slice.nextOffset
        }
        #expect(partition.offsets.logEndOffset.value == Int64(found.count), comment)
        return found
    }
}

extension Acknowledgement {
    fileprivate var records: [DoomedRecord] {
        (first.number..<(first.number + count)).map {
            DoomedRecord(life: first.life, writer: first.writer, number: $0)
        }
    }
}
