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

    /// The command lines behind the program's name, each in the quotes of a shell.
    func knownLines(quotedBy quote: String, separator: String) -> String {
        places.dropFirst().map { quote + $0.commandLine + quote }.joined(separator: separator)
    }

    /// The rows of a shell's `case` that say what follows an option, `first` before them.
    ///
    /// - Parameters:
    ///   - first: a row of the shell's own.
    ///   - action: what the shell does for an option; nil when it needs no row.
    /// - Returns: the rows, for the scripts of bash and zsh.
    func valueRows(first: String, _ action: (Option) -> String?) -> String {
        func row(of option: Option, after line: String) -> String? {
            guard let action = action(option) else { return nil }
            let names = ["--\(option.name)"] + (option.letter.map { ["-\($0)"] } ?? [])
            let patterns = names.map { "\(line)\" \($0)\"" }.joined(separator: " | ")
            return "\(patterns)) \(action)"
        }
        var rows = [first] + everywhere.compactMap { row(of: $0, after: "*") }
        rows += places.flatMap { place in
            place.options.compactMap { row(of: $0, after: "\"\(place.commandLine)\"") }
        }
        return rows.map { "        \($0)" }.joined(separator: "\n")
    }

    /// A command that lists the topics, for shells to run.
    static let topicNames =
        "newswire topics list --output csv 2>/dev/null | tail -n +2 | cut -d, -f1"
}
