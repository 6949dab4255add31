import Newswire
import NewswireLog

/// A topic with everything that is known of it.
struct TopicDescription {
    let topic: Topic

    func write(for invocation: Invocation) throws {
        switch invocation.listFormat {
        case .json, .jsonl: try invocation.output.write(json.bytes.rawSpan)
        case .csv: try OffsetsCommand.write([topic], format: .csv, to: invocation.output)
        case .table: try writeText(to: invocation.output)
        }
    }

    private var json: JSONWriter {
        var json = JSONWriter()
        json.beginObject()
        json.name("name")
        json.string(topic.name)
        json.name("id")
        json.string(topic.id.description)
        json.name("configuration")
        json.beginObject()
        for entry in topic.configuration.entries {
            json.name(entry.key)
            json.string(entry.value)
        }
        json.endObject()
        json.name("partitions")
        json.beginArray()
        for partition in topic.partitions {
            json.beginObject()
            for (column, cell) in zip(OffsetsCommand.columns, OffsetsCommand.cells(of: partition))
            where column.name != "topic" {
                json.name(column.name)
                json.cell(cell)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json
    }

    private func writeText(to output: StandardOutput) throws {
        try output.write("topic  \(topic.name)\nid     \(topic.id)\n\n")
        var settings = RowWriter(
            ["configuration", "value", "default"].map(Column.init), format: .table, output: output)
        for entry in topic.configuration.entries {
            try settings.write([
                .text(entry.key), .text(entry.value), .boolean(entry.isDefault),
            ])
        }
        try settings.finish()
        try output.write("\n")
        try OffsetsCommand.write([topic], format: .table, to: output)
    }
}
