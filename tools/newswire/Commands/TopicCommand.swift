/// `newswire topics`: what topics there are.
enum TopicCommand {
    static let partitions = Option(
        name: "partitions", value: .text("N"), summary: "how many partitions (1 unless given)")
    static let config = Option(
        name: "config", value: .text("KEY=VALUE"), isRepeated: true,
        summary: "a configuration, with Kafka's keys and ours, prefixed newswire.")
    static let reset = Option(
        name: "reset", value: .text("KEY"), isRepeated: true,
        summary: "takes a configuration back to its default")
    static let before = Option(
        name: "before", value: .text("OFFSET|@TIME"),
        summary: "the first record to keep, by its number or its moment")
    static let partition = Option(
        name: "partition", value: .text("N"), summary: "only this partition")
    static let yes = Option(name: "yes", summary: "without asking")
    static let wait = Option(
        name: "wait", value: .text("DURATION"),
        summary: "waits so long for another process to let go of the directory")

    static let name = Operand(
        placeholder: "NAME", summary: "the name of the topic", completesTopics: true)

    static let command = Command(
        name: "topics", summary: "creates, lists, changes and deletes topics",
        example: .init(line: "newswire topics list --data data", effect: "which topics there are"),
        subcommands: [create, list, describe, alter, trim, delete])

    private static let create = Command(
        name: "create", summary: "creates a topic, and the directory if it is the first one",
        operands: [Operand(placeholder: "NAME", summary: "the name of the topic")],
        options: [partitions, config, wait],
        example: .init(
            line: "newswire topics create orders --partitions 4 --config retention.ms=86400000",
            effect: "four partitions whose records may go after a day"),
        run: { _ in throw CommandFailure.failed("not there yet") })

    private static let list = Command(
        name: "list", summary: "lists the topics",
        example: .init(
            line: "newswire topics list --output csv", effect: "a line for each topic"),
        run: { _ in throw CommandFailure.failed("not there yet") })

    private static let describe = Command(
        name: "describe", summary: "shows a topic with its configuration and partitions",
        operands: [name],
        example: .init(
            line: "newswire topics describe orders --output json",
            effect: "all that is known of a topic"),
        run: { _ in throw CommandFailure.failed("not there yet") })

    private static let alter = Command(
        name: "alter", summary: "adds partitions to a topic or changes its configuration",
        operands: [name], options: [partitions, config, reset, wait],
        example: .init(
            line: "newswire topics alter orders --config newswire.durability=written",
            effect: "acknowledgements no longer wait for the disk"),
        run: { _ in throw CommandFailure.failed("not there yet") })

    private static let trim = Command(
        name: "trim", summary: "gives up the oldest records of a topic",
        operands: [name], options: [before, partition, wait],
        example: .init(
            line: "newswire topics trim orders --before @2026-03-01",
            effect: "records from before March may go"),
        run: { _ in throw CommandFailure.failed("not there yet") })

    private static let delete = Command(
        name: "delete", summary: "deletes a topic with all its records",
        operands: [name], options: [yes, wait],
        example: .init(
            line: "newswire topics delete orders --yes", effect: "gone, without a question"),
        run: { _ in throw CommandFailure.failed("not there yet") })
}
