/// The help of a command, from the table of commands.
struct HelpPage {
    // What "usage: " leaves of 100 columns.
    private static let width = 92

    /// From the root to the command.
    let path: [Command]

    private var command: Command { path[path.count - 1] }

    private var commandLine: String { path.map(\.name).joined(separator: " ") }

    /// The whole page, with the line end after its last line.
    var text: String {
        var lines = ["\(commandLine): \(command.summary)", "", "usage: \(usage)"]
        lines += section("commands", command.subcommands.map { ($0.name, $0.summary) })
        lines += section("operands", command.operands.map { ($0.placeholder, $0.summary) })
        lines += section("options", command.options.map { ($0.usage, $0.summary) })
        lines += section("everywhere", Option.everywhere.map { ($0.usage, $0.summary) })
        if !command.details.isEmpty {
            lines += ["", Self.wrapped(command.details.split(separator: " "), indent: "")]
        }
        lines += ["", "example: \(command.example.effect)", "  \(command.example.line)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var usage: String {
        guard command.run != nil else { return "\(commandLine) COMMAND" }
        let options = command.options.map { option in
            let text =
                "[" + (option.placeholder.map { "--\(option.name) \($0)" } ?? "--\(option.name)")
                + "]"
            return option.isRepeated ? text + "..." : text
        }
        let operands = command.operands.map(\.usage)
        let words = [commandLine] + operands + options
        return Self.wrapped(words.map { $0[...] }, indent: String(repeating: " ", count: 10))
    }

    /// Words in lines, those after the first one set in.
    private static func wrapped(_ words: [Substring], indent: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in words {
            if line.count + word.count > width, !line.isEmpty {
                lines.append(line)
                line = indent + word
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }

    private func section(
        _ title: String, _ rows: [(name: String, summary: String)]
    ) -> [String] {
        guard !rows.isEmpty else { return [] }
        let width = min(rows.map(\.name.count).max() ?? 0, 24)
        return ["", "\(title):"]
            + rows.flatMap { row in
                let gap = String(repeating: " ", count: max(width - row.name.count, 0))
                guard row.name.count <= width else {
                    let indent = String(repeating: " ", count: width + 4)
                    return ["  \(row.name)", "\(indent)\(row.summary)"]
                }
                return ["  \(row.name)\(gap)  \(row.summary)"]
            }
    }
}
