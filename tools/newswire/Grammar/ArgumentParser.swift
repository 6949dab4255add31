/// Sorts the words of a command line by the table of commands.
///
/// Options may stand anywhere behind their command, the common ones anywhere at all. A value
/// follows its option, as the next word or after `=`; `--` ends the options.
struct ArgumentParser {
    /// What a command line asks for.
    enum Request {
        case run(Command, Arguments)
        /// The help of the last of these commands.
        case help([Command])
    }

    // From the root to the command that the words so far name.
    private var path: [Command]
    private var arguments = Arguments()
    private var words: ArraySlice<String>
    private var asksForHelp = false

    private init(_ words: [String], root: Command) {
        path = [root]
        self.words = words[...]
    }

    /// - Throws: misuse, with the nearest word that there is.
    static func parse(_ words: [String], root: Command) throws(CommandFailure) -> Request {
        var parser = ArgumentParser(words, root: root)
        return try parser.parse()
    }

    private mutating func parse() throws(CommandFailure) -> Request {
        var takesOptions = true
        while let word = words.popFirst() {
            if takesOptions, word == "--" {
                takesOptions = false
            } else if takesOptions, word.hasPrefix("-"), word != "-" {
                try parseOption(word)
            } else if command.run == nil {
                try enter(word)
            } else {
                arguments.add(word)
            }
        }
        if asksForHelp { return .help(path) }
        guard command.run != nil else { throw missingVerb() }
        try checkOperands()
        return .run(command, arguments)
    }

    private var command: Command { path[path.count - 1] }

    private var commandLine: String { path.map(\.name).joined(separator: " ") }

    // MARK: Commands and operands

    private mutating func enter(_ word: String) throws(CommandFailure) {
        if word == "help", path.count == 1,
            !command.subcommands.contains(where: { $0.name == word })
        {
            asksForHelp = true
            return
        }
        guard let next = command.subcommands.first(where: { $0.name == word }) else {
            let names = command.subcommands.map(\.name)
            throw misuse("\(commandLine) has no command '\(word)'", NearestName.hint(word, names))
        }
        path.append(next)
    }

    private func missingVerb() -> CommandFailure {
        let names = command.subcommands.map(\.name).joined(separator: ", ")
        return misuse("\(commandLine) needs one of: \(names)", nil)
    }

    private func checkOperands() throws(CommandFailure) {
        let required = command.operands.filter { !$0.isOptional }
        if arguments.operands.count < required.count {
            let missing = required[arguments.operands.count]
            throw misuse("\(missing.placeholder) is missing: \(missing.summary)", nil)
        }
        let isBounded = !command.operands.contains { $0.isRepeated }
        if isBounded, arguments.operands.count > command.operands.count {
            let surplus = arguments.operands[command.operands.count]
            throw misuse("'\(surplus)' is one word too many", nil)
        }
    }

    // MARK: Options

    private mutating func parseOption(_ word: String) throws(CommandFailure) {
        let isLong = word.hasPrefix("--")
        let body = word.dropFirst(isLong ? 2 : 1)
        if !isLong, body.count > 1, option(letter: body.first)?.placeholder == nil {
            return try parseLetters(body)
        }
        let name = isLong ? body.prefix { $0 != "=" } : body.prefix(1)
        var attached: Substring?
        if isLong, name.count < body.count { attached = body.dropFirst(name.count + 1) }
        if !isLong, body.count > 1 { attached = body.dropFirst(1) }
        let found = isLong ? option(name: name) : option(letter: name.first)
        guard let option = found else { throw unknownOption(word, name) }
        try note(option, attached: attached.map(String.init))
    }

    /// Several letters in one word, all without values.
    private mutating func parseLetters(_ letters: Substring) throws(CommandFailure) {
        for letter in letters {
            guard let option = option(letter: letter), option.placeholder == nil else {
                throw unknownOption("-\(letters)", Substring(String(letter)))
            }
            try note(option, attached: nil)
        }
    }

    private mutating func note(_ option: Option, attached: String?) throws(CommandFailure) {
        if option.name == Option.help.name {
            asksForHelp = true
            return
        }
        guard option.isRepeated || !arguments.has(option) else {
            throw misuse("--\(option.name) is there twice", nil)
        }
        guard let placeholder = option.placeholder else {
            guard attached == nil else { throw misuse("--\(option.name) takes no value", nil) }
            return arguments.add("", of: option)
        }
        arguments.add(try value(of: option, placeholder, attached: attached), of: option)
    }

    private mutating func value(
        of option: Option, _ placeholder: String, attached: String?
    ) throws(CommandFailure) -> String {
        if attached == nil, let next = words.first, next.hasPrefix("--") {
            throw misuse(
                "--\(option.name) needs \(placeholder), and '\(next)' looks like an option",
                "write --\(option.name)=\(next) if it is the value")
        }
        guard let value = attached ?? words.popFirst() else {
            throw misuse("--\(option.name) needs \(placeholder)", nil)
        }
        if case .choice(let words) = option.value, !words.contains(value) {
            throw misuse(
                "--\(option.name) is one of \(words.joined(separator: ", ")), not '\(value)'",
                NearestName.hint(value, words))
        }
        return value
    }

    private var options: [Option] { command.options + Option.everywhere }

    private func option(name: Substring) -> Option? { options.first { $0.name == name } }

    private func option(letter: Character?) -> Option? {
        letter.flatMap { letter in options.first { $0.letter == letter } }
    }

    private func unknownOption(_ word: String, _ name: Substring) -> CommandFailure {
        let names = options.map { "--" + $0.name }
        return misuse(
            "\(commandLine) has no option '\(word)'", NearestName.hint("--" + name, names))
    }

    private func misuse(_ message: String, _ hint: String?) -> CommandFailure {
        .misuse(message + "; " + (hint ?? "see \(commandLine) --help"))
    }
}
