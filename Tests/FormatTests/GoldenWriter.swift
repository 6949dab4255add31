import Foundation
import NewswireLog
import NewswireTesting

/// Fills a data directory with golden partitions, and knows what has to be in it afterwards.
final class GoldenWriter {
    let path: String
    /// What was appended to each partition, as JSON lines, from offset 0 on.
    private(set) var lines: [TopicPartition: [String]] = [:]

    private let time = ManualTimeSource(wallClock: Timestamp(milliseconds: 1_760_000_000_000))
    private let partitions: [GoldenPartition]
    private(set) var directory: LogDirectory
    private var logs: [PartitionLog] = []

    /// Makes the directory at `path`.
    init(at path: String, _ partitions: [GoldenPartition]) throws {
        self.path = path
        self.partitions = partitions
        directory = try Self.open(path, time)
        try openPartitions()
    }

    private static func open(_ path: String, _ time: ManualTimeSource) throws -> LogDirectory {
        var options = LogDirectoryOptions()
        options.time = time
        options.threads = .stepped
        options.createsDirectory = true
        return try LogDirectory.open(at: path, options)
    }

    private func openPartitions() throws {
        logs = try partitions.enumerated().map { number, golden in
            let identity = PartitionIdentity(id: Int64(number) + 1, topicID: golden.topicID)
            return try directory.openPartition(
                golden.partition, identity: identity, golden.configuration)
        }
        try directory.finishOpening()
    }

    /// Appends batches of every partition: those whose numbers are in `numbers`.
    func append(batches numbers: Range<Int>) throws {
        for (golden, log) in zip(partitions, logs) {
            for number in numbers.clamped(to: golden.batchSizes.indices) {
                time.advance(by: .seconds(1))
                try append(golden.records(ofBatch: number), to: log, golden.configuration)
            }
        }
    }

    private func append(
        _ records: [GoldenRecord], to log: PartitionLog, _ configuration: LogConfiguration
    ) throws {
        let batch = try log.append { batch in
            for record in records { record.append(to: &batch) }
        }
        let type = configuration.timestampType
        for (number, var record) in records.enumerated() {
            if type == .logAppendTime { record.timestamp = time.wallClock().milliseconds }
            let line = RecordLine(
                partition: log.partition, offset: batch.baseOffset + Int64(number),
                timestampType: type, record: record)
            lines[log.partition, default: []].append(line.text)
        }
    }

    /// Syncs everything and lets a checkpoint be written.
    func checkpoint() throws {
        for log in logs { try log.synchronize() }
        time.advance(by: .seconds(60))
        directory.runMaintenance()
    }

    /// Raises the starts of the logs that have one; what lies wholly before is removed.
    func trim() throws {
        for (golden, log) in zip(partitions, logs) {
            if let start = golden.start { try log.trim(before: Offset(start)) }
        }
        try checkpoint()
    }

    /// Leaves the directory as a crash of the process does, and opens it again.
    func crash() throws {
        logs = []
        directory = try reopen()
        try openPartitions()
    }

    private func reopen() throws -> LogDirectory {
        // The lock is the old directory's; a copy of the files is what a crash leaves.
        let copy = path + "-after"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try directory.close()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: copy, toPath: path)
        return try Self.open(path, time)
    }

    func close() throws { try directory.close() }

    /// The lines that can be read in the end, with the names of their files in `expected/`.
    var readableLines: [(file: String, lines: [String])] {
        partitions.map { golden in
            let all = lines[golden.partition] ?? []
            return ("\(golden.partition).jsonl", Array(all.dropFirst(Int(golden.start ?? 0))))
        }
    }
}
