extension Command {
    /// The table of commands.
    static let newswire = Command(
        name: "newswire", summary: "a durable log of streams, and what is in it",
        details: """
            Output goes to standard output, everything else to standard error. Exit codes: 0 \
            fine, 1 failed or damage found, 2 misuse.
            """,
        example: .init(
            line: "newswire consume orders --data data --follow",
            effect: "the records of a topic, and those to come"),
        subcommands: [
            TopicCommand.command, ProduceCommand.command, ConsumeCommand.command,
            OffsetsCommand.command,
            InspectCommand.command,
            VerifyCommand.command, RecoverCommand.command, CompletionsCommand.command,
        ])
}
