/// What can be completed where, from the table of commands.
struct CompletionTable {
    /// What may follow the words of a command.
    struct Place {
        /// The words, as in `newswire topics create`.
        let commandLine: String
        let subcommands: [Command]
        let options: [Option]
        let completesTopics: Bool
    }

    /// A place for each command and group.
    let places: [Place]
    /// The options of all commands.
    let everywhere = Option.everywhere

    init(root: Command) {
        places = Self.places(of: root, before: "")
    }

    // As deep as our own table of commands.
    private static func places(of command: Command, before words: String) -> [Place] {
        let commandLine = words.isEmpty ? command.name : "\(words) \(command.name)"
        let place = Place(
            commandLine: commandLine, subcommands: command.subcommands, options: command.options,
            completesTopics: command.operands.contains { $0.completesTopics })
        return [place] + command.subcommands.flatMap { places(of: $0, before: commandLine) }
    }

    /// A command that lists the topics, for shells to run.
    static let topicNames =
        "newswire topics list --output csv 2>/dev/null | tail -n +2 | cut -d, -f1"
}
