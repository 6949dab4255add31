import Newswire
import NewswireLog

/// `newswire offsets`: where each partition begins and ends.
enum OffsetsCommand {
    static let command = Command(
        name: "offsets", summary: "shows where each partition begins and ends",
        operands: [
            Operand(
                placeholder: "TOPIC", summary: "only this topic", isOptional: true,
                completesTopics: true)
        ],
        example: .init(
            line: "newswire offsets orders --output csv", effect: "a line for each partition"),
        run: { invocation in
            try EngineSession(invocation).reading { engine in
                let name = invocation.arguments.operand(0)
                let topics = try name.map { [try engine.topic($0)] } ?? engine.topics
                try write(topics, format: invocation.listFormat, to: invocation.output)
            }
            return .fine
        })

    static let columns = [
        "topic", "partition", "logStartOffset", "highWatermark", "logEndOffset",
        "lastStableOffset", "segments", "bytes",
    ].map(Column.init)

    static func cells(of partition: Partition) -> [Cell] {
        let offsets = partition.offsets
        let storage = partition.storage
        return [
            .text(partition.topicPartition.topic), .count(partition.number),
            .integer(offsets.logStartOffset.value), .integer(offsets.highWatermark.value),
            .integer(offsets.logEndOffset.value), .integer(offsets.lastStableOffset.value),
            .count(storage.segmentCount), .count(storage.byteCount),
        ]
    }

    /// Writes a row for each partition of some topics.
    static func write(
        _ topics: [Topic], format: OutputFormat, to output: StandardOutput
    ) throws {
        var rows = RowWriter(columns, format: format, output: output)
        for partition in topics.flatMap(\.partitions) { try rows.write(cells(of: partition)) }
        try rows.finish()
    }
}
