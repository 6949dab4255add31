import Newswire
import NewswireLog

/// `newswire topics`: what topics there are.
enum TopicCommand {
    static let command = Command(
        name: "topics", summary: "creates, lists, changes and deletes topics",
        example: .init(line: "newswire topics list --data data", effect: "which topics there are"),
        subcommands: [create, list, describe, alter, trim, delete])

    static let name = Operand(
        placeholder: "NAME", summary: "the name of the topic", completesTopics: true)

    private static let partitions = Option(
        name: "partitions", value: .text("N"), summary: "how many partitions (1 unless given)")
    private static let config = Option(
        name: "config", value: .text("KEY=VALUE"), isRepeated: true,
        summary: "a configuration: Kafka's keys, and ours, which begin with newswire.")
    private static let reset = Option(
        name: "reset", value: .text("KEY"), isRepeated: true,
        summary: "takes a configuration back to its default")
    private static let before = Option(
        name: "before", value: .text("OFFSET|@TIME"),
        summary: "the first record to keep, by its number or its moment")
    private static let partition = Option(
        name: "partition", value: .text("N"), summary: "only this partition")
    private static let yes = Option(name: "yes", summary: "without asking")

    // MARK: create

    private static let create = Command(
        name: "create", summary: "creates a topic, and the directory with the first one",
        operands: [Operand(placeholder: "NAME", summary: "the name of the topic")],
        options: [partitions, config, EngineSession.wait],
        example: .init(
            line: "newswire topics create orders --partitions 4 --config retention.ms=86400000",
            effect: "four partitions whose records may go after a day"),
        run: { invocation in
            let name = try invocation.operand(0)
            let count = try partitionCount(invocation) ?? 1
            let configuration = try TopicConfiguration(
                overrides: try settings(invocation), partitions: count)
            try EngineSession(invocation).changing(.create) { engine in
                _ = try engine.createTopic(name, configuration)
            }
            invocation.messages.note(
                "created topic \(name) with \(count) partition\(count == 1 ? "" : "s")")
            return .fine
        })

    private static func partitionCount(_ invocation: Invocation) throws(CommandFailure) -> Int? {
        let most = Int64(TopicConfiguration.partitionCountMax)
        return try invocation.integer(of: partitions, in: 1...most).map { Int($0) }
    }

    /// The pairs of `--config`.
    private static func settings(
        _ invocation: Invocation
    ) throws(CommandFailure) -> [String: String] {
        var settings: [String: String] = [:]
        for pair in invocation.arguments.values(of: config) {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw .misuse("--config takes KEY=VALUE, not '\(pair)'")
            }
            let key = String(pair[..<equals])
            guard settings[key] == nil else { throw .misuse("--config sets \(key) twice") }
            settings[key] = String(pair[pair.index(after: equals)...])
        }
        return settings
    }

    // MARK: list

    private static let list = Command(
        name: "list", summary: "lists the topics",
        example: .init(
            line: "newswire topics list --output csv", effect: "a line for each topic"),
        run: { invocation in
            try EngineSession(invocation).reading { engine in
                let columns = ["name", "partitions", "records", "bytes", "durability"]
                var rows = RowWriter(
                    columns.map(Column.init), format: invocation.listFormat,
                    output: invocation.output)
                for topic in engine.topics { try rows.write(cells(of: topic)) }
                try rows.finish()
            }
            return .fine
        })

    private static func cells(of topic: Topic) -> [Cell] {
        let offsets = topic.partitions.map(\.offsets)
        let recordCount = offsets.reduce(0) { $0 + ($1.highWatermark - $1.logStartOffset) }
        let byteCount = topic.partitions.reduce(0) { $0 + $1.storage.byteCount }
        return [
            .text(topic.name), .count(topic.partitionCount), .integer(recordCount),
            .count(byteCount), .text(topic.configuration.durability.rawValue),
        ]
    }

    // MARK: describe

    private static let describe = Command(
        name: "describe", summary: "shows a topic with its configuration and partitions",
        operands: [name],
        example: .init(
            line: "newswire topics describe orders --output json",
            effect: "all that is known of a topic"),
        run: { invocation in
            let name = try invocation.operand(0)
            try EngineSession(invocation).reading { engine in
                try TopicDescription(topic: try engine.topic(name)).write(for: invocation)
            }
            return .fine
        })

    // MARK: alter

    private static let alter = Command(
        name: "alter", summary: "adds partitions to a topic or changes its configuration",
        operands: [name], options: [partitions, config, reset, EngineSession.wait],
        example: .init(
            line: "newswire topics alter orders --config newswire.durability=written",
            effect: "acknowledgements no longer wait for the disk"),
        run: { invocation in
            let name = try invocation.operand(0)
            let count = try partitionCount(invocation)
            let changes = ConfigurationChanges(
                set: try settings(invocation), reset: invocation.arguments.values(of: reset))
            guard count != nil || changes != ConfigurationChanges() else {
                throw CommandFailure.misuse(
                    "nothing is to be changed: use --partitions, --config or --reset")
            }
            try EngineSession(invocation).changing(.fail) { engine in
                // Both are checked before either is done.
                _ = try engine.topic(name).configuration.applying(changes)
                if let count { try engine.addPartitions(to: name, total: count) }
                if changes != ConfigurationChanges() { try engine.alterTopic(name, changes) }
            }
            invocation.messages.note("altered topic \(name)")
            return .fine
        })

    // MARK: trim

    private static let trim = Command(
        name: "trim", summary: "gives up the oldest records of a topic",
        operands: [name], options: [before, partition, EngineSession.wait],
        example: .init(
            line: "newswire topics trim orders --before @2026-03-01",
            effect: "records from before March may go"),
        run: { invocation in
            let name = try invocation.operand(0)
            let point = try trimPoint(invocation)
            let number = try invocation.integer(of: partition, in: 0...Int64(Int32.max))
            let starts = try EngineSession(invocation).changing(.fail) { engine in
                try engine.trimTopic(name, before: point, partition: number.map { Int($0) })
            }
            var rows = RowWriter(
                ["topic", "partition", "logStartOffset"].map(Column.init),
                format: invocation.listFormat, output: invocation.output)
            for (partition, start) in starts.sorted(by: { $0.key < $1.key }) {
                try rows.write([
                    .text(partition.topic), .count(partition.partition), .integer(start.value),
                ])
            }
            try rows.finish()
            return .fine
        })

    private static func trimPoint(_ invocation: Invocation) throws(CommandFailure) -> TrimPoint {
        switch try invocation.place(of: before) {
        case .offset(let offset): return .offset(offset)
        case .time(let time): return .timestamp(time)
        case .end: return .end
        case .beginning, .last:
            throw .misuse("--before is an offset, @TIME or end, as what comes before it goes")
        case nil: throw .misuse("--before OFFSET|@TIME is missing: the first record to keep")
        }
    }

    // MARK: delete

    private static let delete = Command(
        name: "delete", summary: "deletes a topic with all its records",
        operands: [name], options: [yes, EngineSession.wait],
        example: .init(
            line: "newswire topics delete orders --yes", effect: "gone, without a question"),
        run: { invocation in
            let name = try invocation.operand(0)
            if !invocation.arguments.has(yes) {
                try Confirmation(invocation).ask(
                    "topic \(name) goes with all its records; type its name to go on: ",
                    expecting: name)
            }
            try EngineSession(invocation).changing(.fail) { try $0.deleteTopic(name) }
            invocation.messages.note("deleted topic \(name)")
            return .fine
        })
}
