import Newswire
import NewswireLog

/// `newswire recover`: opens, says what opening did, and closes.
enum RecoverCommand {
    private static let dryRun = Option(
        name: "dry-run", summary: "only reads, and says what is damaged or unfinished")

    static let command = Command(
        name: "recover", summary: "recovers after a crash, as every opening does, and reports it",
        options: [dryRun, EngineSession.wait],
        example: .init(
            line: "newswire recover --data data", effect: "what a crash left, put in order"),
        run: { invocation in
            if invocation.arguments.has(dryRun) { return try VerifyCommand.verify(invocation) }
            try EngineSession(invocation).changing(.fail) { engine in
                try write(engine.recoveryReport, for: invocation)
            }
            return .fine
        })

    private static let columns = [
        "topic", "partition", "logEndOffset", "scannedBytes", "cutBytes", "quarantinedFiles",
        "rebuiltFiles", "lostOffsets", "milliseconds",
    ].map(Column.init)

    private static func write(_ report: RecoveryReport, for invocation: Invocation) throws {
        var rows = RowWriter(
            columns, format: invocation.listFormat, output: invocation.output)
        for recovery in report.partitions { try rows.write(cells(of: recovery)) }
        try rows.finish()
        if report.wasClean {
            invocation.messages.note("the directory was closed in order")
        } else {
            invocation.messages.note("the directory was not closed in order, and is now")
        }
    }

    private static func cells(of recovery: PartitionRecovery) -> [Cell] {
        let cut = recovery.cut.reduce(0) { $0 + $1.byteCount }
        let lost = recovery.lost.reduce(0) { $0 + ($1.offsets.upperBound - $1.offsets.lowerBound) }
        return [
            .text(recovery.partition.topic), .count(recovery.partition.partition),
            .integer(recovery.logEndOffset.value), .count(recovery.scannedByteCount), .count(cut),
            .count(recovery.quarantined.count), .count(recovery.rebuilt.count), .integer(lost),
            .integer(recovery.duration.milliseconds),
        ]
    }
}
