import Newswire
import NewswireLog

/// `newswire recover`: opens, says what opening did, and closes.
enum RecoverCommand {
    private static let dryRun = Option(
        name: "dry-run", summary: "only reads, and says what would be done")

    static let command = Command(
        name: "recover", summary: "recovers after a crash, as every opening does, and reports it",
        options: [dryRun, EngineSession.wait],
        details: """
            It ends with 1 if synced records are lost or cannot be read: newswire verify says more.
            """,
        example: .init(
            line: "newswire recover --data data", effect: "what a crash left, put in order"),
        run: { invocation in
            let session = try EngineSession(invocation)
            guard invocation.arguments.has(dryRun) else {
                return try session.changing(.fail) { engine in
                    try report(engine.recoveryReport, for: invocation)
                }
            }
            return try session.reading { engine in
                for sentence in RecoverySentences(engine.recoveryReport, .planned).all {
                    invocation.messages.note(sentence)
                }
                // A reader does not replay: it is told here what a writer would.
                let plans = try translatingFailures { () throws(LogFailure) in
                    try LogDirectory.plannedReplay(at: engine.path)
                }
                return try report(engine.recoveryReport, plans, for: invocation)
            }
        })

    private static let columns = [
        "topic", "partition", "logEndOffset", "replayedBytes", "scannedBytes", "keptBytes",
        "cutBytes", "quarantinedFiles", "rebuiltFiles", "lostOffsets", "milliseconds",
    ].map(Column.init)

    private static func report(
        _ report: RecoveryReport, _ plans: [TopicPartition: PlannedReplay] = [:],
        for invocation: Invocation
    ) throws -> ExitCode {
        var rows = RowWriter(
            columns, format: invocation.listFormat, output: invocation.output)
        for recovery in report.partitions {
            try rows.write(cells(of: recovery, plans[recovery.partition]))
        }
        try rows.finish()
        invocation.messages.note(
            report.wasClean
                ? "the directory was closed in order" : "the directory was not closed in order")
        return report.partitions.allSatisfy(\.lost.isEmpty) ? .fine : .failed
    }

    private static func cells(
        of recovery: PartitionRecovery, _ plan: PlannedReplay?
    ) -> [Cell] {
        let end = max(recovery.logEndOffset, plan?.logEndOffset ?? .zero)
        let cut = recovery.cut.reduce(0) { $0 + $1.byteCount }
        let lost = recovery.lost.reduce(0) { $0 + ($1.offsets.upperBound - $1.offsets.lowerBound) }
        return [
            .text(recovery.partition.topic), .count(recovery.partition.partition),
            .integer(end.value), .count(plan?.byteCount ?? recovery.replayedByteCount),
            .count(recovery.scannedByteCount), .count(recovery.keptByteCount), .count(cut),
            .count(recovery.quarantined.count), .count(recovery.rebuilt.count), .integer(lost),
            .integer(recovery.duration.milliseconds),
        ]
    }
}
