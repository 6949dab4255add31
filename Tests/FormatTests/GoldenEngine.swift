import Newswire
import NewswireLog
import NewswireTesting

/// Fills a data directory through the engine: topics made, altered, grown, trimmed and deleted.
final class GoldenEngine {
    /// What was appended to each partition, as JSON lines, from offset 0 on.
    private(set) var lines: [TopicPartition: [String]] = [:]

    private let engine: StreamEngine
    private let time = ManualTimeSource(wallClock: Timestamp(milliseconds: 1_760_000_000_000))

    init(at path: String, on fileSystem: any FileSystem = PosixFileSystem()) throws {
        var options = LogDirectoryOptions()
        options.fileSystem = fileSystem
        options.time = time
        options.threads = .stepped
        options.createsDirectory = true
        engine = try StreamEngine.open(at: path, options, EngineConfiguration())
    }

    /// Every kind of change, and records in between.
    func fill() throws {
        try fillSynced()
        try create("relaxed", partitions: 1, ["newswire.durability": "written"])
        try append(0..<6, to: "relaxed")
        try engine.alterTopic(
            "orders", ConfigurationChanges(set: ["newswire.durability": "interval"]))
        try append(40..<50, to: "orders")
        try engine.close()
    }

    /// The same, apart from what a power failure may take.
    func fillSynced() throws {
        try create("orders", partitions: 2, ["segment.bytes": "1024"])
        try append(0..<20, to: "orders")
        try create("packed", partitions: 1, ["compression.type": "gzip"])
        try append(0..<30, to: "packed")
        try create("stamped", partitions: 1, ["message.timestamp.type": "LogAppendTime"])
        try append(0..<9, to: "stamped")
        try create("unused", partitions: 3, [:])
        try create("renewed", partitions: 1, [:])
        try append(0..<3, to: "renewed")
        try engine.deleteTopic("renewed")
        lines[TopicPartition("renewed", 0)] = []
        try create("renewed", partitions: 1, [:])
        try append(5..<9, to: "renewed")
        try engine.alterTopic(
            "orders",
            ConfigurationChanges(set: ["segment.bytes": "2048"]))
        try engine.addPartitions(to: "orders", total: 3)
        try append(20..<40, to: "orders")
        try engine.trimTopic("packed", before: .offset(Offset(7)))
        try engine.createTopic("gone")
        try engine.deleteTopic("gone")
    }

    /// What the engine says of its topics.
    var topicLines: [String] { FormatTests.topicLines(of: engine) }

    private func create(
        _ name: String, partitions: Int, _ settings: [String: String]
    ) throws {
        var configuration = TopicConfiguration(partitions: partitions, retention: nil)
        for (key, value) in settings { try configuration.set(key, value) }
        try engine.createTopic(name, configuration)
    }

    /// Appends records to each partition of a topic, three a batch.
    private func append(_ numbers: Range<Int>, to name: String) throws {
        let topic = try engine.topic(name)
        for partition in topic.partitions {
            for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 3) {
                time.advance(by: .seconds(1))
                let batch = first..<min(first + 3, numbers.upperBound)
                try append(batch, to: partition, topic.configuration.timestampType)
            }
        }
    }

    private func append(
        _ numbers: Range<Int>, to partition: Partition, _ type: TimestampType
    ) throws {
        let records = numbers.map(GoldenRecord.number)
        let appended = try partition.append { batch in
            for record in records { record.append(to: &batch) }
        }
        for (number, var record) in records.enumerated() {
            if type == .logAppendTime { record.timestamp = time.wallClock().milliseconds }
            let line = RecordLine(
                partition: partition.topicPartition,
                offset: appended.baseOffset + Int64(number), timestampType: type, record: record)
            lines[partition.topicPartition, default: []].append(line.text)
        }
    }
}

/// What an engine says of its topics, as lines to be compared.
func topicLines(of engine: StreamEngine) -> [String] {
    engine.topics.flatMap { topic in
        let settings = topic.configuration.entries.filter { !$0.isDefault }
            .map { " \($0.key)=\($0.value)" }
        let partitions = topic.partitions.map { partition in
            let offsets = partition.offsets
            return "  \(partition.topicPartition): "
                + "\(offsets.logStartOffset)..<\(offsets.logEndOffset)"
        }
        return [topic.name + settings.joined()] + partitions
    }
}
