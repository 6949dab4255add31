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

    private var knownLines: String {
        table.places.dropFirst().map { "\"\($0.commandLine)\"" }.joined(separator: " | ")
    }

    private var values: String {
        var rows = ["*\" --data\" | *\" -d\") _files -/; return ;;"]
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
        case .text: return option.name == Option.data.name ? nil : "\(names)) return ;;"
        case .choice(let words):
            return "\(names)) compadd -- \(words.joined(separator: " ")); return ;;"
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
