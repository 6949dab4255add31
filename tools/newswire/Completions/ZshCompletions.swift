/// The completions of zsh.
struct ZshCompletions {
    let table: CompletionTable

    var script: String {
        """
        #compdef newswire
        # Completions of newswire for zsh: source <(newswire completions zsh)
        _newswire() {
            local line=newswire number
            local -a offers
            for ((number = 2; number < CURRENT; number++)); do
                case "$line ${words[number]}" in
                    \(knownLines)) line="$line ${words[number]}" ;;
                esac
            done
            case "$line ${words[CURRENT-1]}" in
        \(values)
            esac
            case "$line" in
        \(places)
            esac
            _describe newswire offers || _files
        }
        compdef _newswire newswire

        """
    }

    private var knownLines: String { table.knownLines(quotedBy: "\"", separator: " | ") }

    private var values: String {
        let data = "*\" --data\" | *\" -d\") _files -/; return ;;"
        return table.valueRows(first: data) { option in
            switch option.value {
            case .none: return nil
            case .text: return option.name == Option.data.name ? nil : "return ;;"
            case .choice(let words):
                return "compadd -- \(words.joined(separator: " ")); return ;;"
            }
        }
    }

    private var places: String {
        table.places.map { place in
            var offers = place.subcommands.map { offer($0.name, $0.summary) }
            offers += (place.options + table.everywhere).map { offer("--\($0.name)", $0.summary) }
            if place.completesTopics { offers.append("${(f)\"$(\(CompletionTable.topicNames))\"}") }
            return "        \"\(place.commandLine)\") offers=(\(offers.joined(separator: " "))) ;;"
        }.joined(separator: "\n")
    }

    /// A word and what it does, in single quotes: our summaries hold none, and colons are escaped.
    private func offer(_ word: String, _ summary: String) -> String {
        "'\(word):\(summary.map { $0 == ":" ? "\\:" : String($0) }.joined())'"
    }
}
