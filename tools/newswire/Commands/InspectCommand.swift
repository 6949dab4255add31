import NewswireLog

/// `newswire inspect`: what the files of a log hold.
enum InspectCommand {
    static let records = Option(name: "records", summary: "the records of each batch, too")
    static let encoding = Option(
        name: "encoding", value: .choice(RecordEncoding.allCases.map(\.rawValue)),
        summary: "how keys, values and headers are shown (as text, else as base64)")

    static let command = Command(
        name: "inspect", summary: "shows what the files of a log hold, damaged or not",
        operands: [
            Operand(
                placeholder: "PATH",
                summary:
                    "a file, a partition's directory or a directory of them, ours or a broker's")
        ],
        options: [records, encoding],
        details: """
            It never writes and needs no lock. In JSON each object has a type: batch, record, \
            slot (of an index), entry (of any other file) or damage. It ends with 1 if there is \
            damage.
            """,
        example: .init(
            line: "newswire inspect data/orders-0/00000000000000000000.log --records",
            effect: "every record of a segment"),
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let fileSystem = PosixFileSystem()
        let tree = try LogTree(at: try invocation.operand(0), on: fileSystem)
        let encoding = invocation.arguments.value(of: encoding).flatMap(RecordEncoding.init)
        let writer = ItemWriter(
            invocation, format: invocation.listFormat, encoding: encoding ?? .utf8)
        var inspection = FileInspection(
            fileSystem: fileSystem, showsRecords: invocation.arguments.has(records),
            messages: invocation.messages, writer: writer)
        for file in tree.files { try inspection.inspect(file) }
        try inspection.writer.finish()
        return inspection.writer.foundDamage ? .failed : .fine
    }
}
