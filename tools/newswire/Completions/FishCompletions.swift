/// The completions of fish.
struct FishCompletions {
    let table: CompletionTable

    var script: String {
        let lines = table.places.flatMap(lines) + table.everywhere.map { line(of: $0, at: nil) }
        return """
            # Completions of newswire for fish: newswire completions fish | source
            function __newswire_at
                set -l line newswire
                for word in (commandline -opc)[2..]
                    switch "$line $word"
                        case \(knownLines)
                            set line "$line $word"
                    end
                end
                test "$line" = "$argv[1]"
            end
            complete -c newswire -e
            \(lines.joined(separator: "\n"))

            """
    }

    private var knownLines: String { table.knownLines(quotedBy: "'", separator: " ") }

    private func lines(of place: CompletionTable.Place) -> [String] {
        let condition = "-n '__newswire_at \"\(place.commandLine)\"'"
        var lines = place.subcommands.map { command in
            "complete -c newswire \(condition) -f -a \(command.name) -d '\(command.summary)'"
        }
        if place.completesTopics {
            lines.append(
                "complete -c newswire \(condition) -f -a '(\(CompletionTable.topicNames))'")
        }
        return lines + place.options.map { line(of: $0, at: condition) }
    }

    private func line(of option: Option, at condition: String?) -> String {
        var words = ["complete -c newswire"]
        if let condition { words.append(condition) }
        if let letter = option.letter { words.append("-s \(letter)") }
        words.append("-l \(option.name)")
        switch option.value {
        case .none: words.append("-f")
        case .text where option.name == Option.data.name:
            words.append("-x -a '(__fish_complete_directories)'")
        case .text: words.append("-x")
        case .choice(let choices): words.append("-x -a '\(choices.joined(separator: " "))'")
        }
        words.append("-d '\(option.summary)'")
        return words.joined(separator: " ")
    }
}
