/// The completions of bash.
struct BashCompletions {
    let table: CompletionTable

    var script: String {
        """
        # Completions of newswire for bash: source <(newswire completions bash)
        _newswire() {
            local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
            local line=newswire words="" number
            for ((number = 1; number < COMP_CWORD; number++)); do
                case "$line ${COMP_WORDS[number]}" in
                    \(knownLines)) line="$line ${COMP_WORDS[number]}" ;;
                esac
            done
            case "$line $previous" in
        \(values)
            esac
            case "$line" in
        \(places)
            esac
            COMPREPLY=($(compgen -W "$words" -- "$current"))
        }
        complete -o default -F _newswire newswire

        """
    }

    private var knownLines: String {
        table.places.dropFirst().map { "\"\($0.commandLine)\"" }.joined(separator: " | ")
    }

    private var values: String {
        var rows = ["*\" --data\" | *\" -d\") COMPREPLY=($(compgen -d -- \"$current\")); return ;;"]
        rows += table.everywhere.compactMap { row(of: $0, after: "*") }
        rows += table.places.flatMap { place in
            place.options.compactMap { row(of: $0, after: "\"\(place.commandLine)\"") }
        }
        return rows.map { "        \($0)" }.joined(separator: "\n")
    }

    private func row(of option: Option, after line: String) -> String? {
        let names = (["--\(option.name)"] + (option.letter.map { ["-\($0)"] } ?? []))
            .map { "\(line)\" \($0)\"" }.joined(separator: " | ")
        switch option.value {
        case .none: return nil
        case .text:
            // What is to be typed cannot be guessed; a file may be meant.
            return option.name == Option.data.name ? nil : "\(names)) COMPREPLY=(); return ;;"
        case .choice(let words):
            let choices = words.joined(separator: " ")
            return "\(names)) COMPREPLY=($(compgen -W \"\(choices)\" -- \"$current\")); return ;;"
        }
    }

    private var places: String {
        table.places.map { place in
            var words = place.subcommands.map(\.name)
            if place.completesTopics { words.append("$(\(CompletionTable.topicNames))") }
            words += (place.options + table.everywhere).map { "--\($0.name)" }
            return "        \"\(place.commandLine)\") words=\"\(words.joined(separator: " "))\" ;;"
        }.joined(separator: "\n")
    }
}
