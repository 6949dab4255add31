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

    private var knownLines: String { table.knownLines(quotedBy: "\"", separator: " | ") }

    private var values: String {
        let data = "*\" --data\" | *\" -d\") COMPREPLY=($(compgen -d -- \"$current\")); return ;;"
        return table.valueRows(first: data) { option in
            switch option.value {
            case .none: return nil
            case .text:
                // What is to be typed cannot be guessed; a file may be meant.
                return option.name == Option.data.name ? nil : "COMPREPLY=(); return ;;"
            case .choice(let words):
                let choices = words.joined(separator: " ")
                return "COMPREPLY=($(compgen -W \"\(choices)\" -- \"$current\")); return ;;"
            }
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
