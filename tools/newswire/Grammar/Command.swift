/// A word of the command line: a group of others, or a verb that does something.
///
/// The table of commands is made of these; parsing, help and completions all come from it.
struct Command: Sendable {
    /// A command line to learn from.
    struct Example: Sendable {
        let line: String
        /// What the line does.
        let effect: String
    }

    let name: String
    /// What it does, without a full stop.
    let summary: String
    var operands: [Operand] = []
    var options: [Option] = []
    /// More to know; empty when the summary says it all.
    var details = ""
    let example: Example
    var subcommands: [Command] = []
    /// Nil for a group.
    var run: (@Sendable (Invocation) throws -> ExitCode)?
}

/// A word of the command line that stands for itself.
struct Operand: Sendable {
    /// What stands for it in the usage, in capitals.
    let placeholder: String
    let summary: String
    var isOptional = false
    var isRepeated = false
    /// Whether shells offer the names of topics.
    var completesTopics = false

    /// How it stands in the usage.
    var usage: String {
        let word = isRepeated ? placeholder + "..." : placeholder
        return isOptional ? "[\(word)]" : word
    }
}

/// A word of the command line that begins with `-`.
struct Option: Sendable {
    /// What follows an option.
    enum Value: Sendable {
        /// Nothing.
        case none
        /// Any text; in the usage its placeholder stands for it.
        case text(String)
        /// One of a few words.
        case choice([String])
    }

    let name: String
    var letter: Character?
    var value = Value.none
    var isRepeated = false
    let summary: String

    /// How it is typed, with what follows it.
    var usage: String {
        let names = letter.map { "-\($0), --\(name)" } ?? "--\(name)"
        return placeholder.map { "\(names) \($0)" } ?? names
    }

    /// What stands for the value in the usage; nil when the option takes none.
    var placeholder: String? {
        switch value {
        case .none: nil
        case .text(let placeholder): placeholder
        case .choice(let words): words.joined(separator: "|")
        }
    }
}
