/// `newswire completions`: what a shell offers when a word is half typed.
enum CompletionsCommand {
    static let command = Command(
        name: "completions", summary: "prints what makes a shell complete commands and options",
        operands: [Operand(placeholder: "bash|zsh|fish", summary: "the shell")],
        example: .init(
            line: "source <(newswire completions bash)", effect: "in this shell, until it ends"),
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let shell = try invocation.operand(0)
        let table = CompletionTable(root: .newswire)
        switch shell {
        case "bash": try invocation.output.write(BashCompletions(table: table).script)
        case "zsh": try invocation.output.write(ZshCompletions(table: table).script)
        case "fish": try invocation.output.write(FishCompletions(table: table).script)
        default:
            let hint = NearestName.hint(shell, ["bash", "zsh", "fish"]).map { "; \($0)" } ?? ""
            throw CommandFailure.misuse(
                "there are completions for bash, zsh and fish, not '\(shell)'\(hint)")
        }
        return .fine
    }
}
