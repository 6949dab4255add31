extension Option {
    static let data = Option(
        name: "data", letter: "d", value: .text("DIR"),
        summary: "the directory with the data (else NEWSWIRE_DATA)")
    static let output = Option(
        name: "output", letter: "o", value: .choice(OutputFormat.allCases.map(\.rawValue)),
        summary: "how output is written (table on a terminal, else jsonl)")
    static let quiet = Option(name: "quiet", summary: "only errors on standard error")
    static let verbose = Option(name: "verbose", summary: "more about what is done")
    static let help = Option(name: "help", letter: "h", summary: "this help")

    /// The options of all commands.
    static let everywhere = [data, output, quiet, verbose, help]
}
