import Newswire
import NewswireLog

/// Opens the directory that a command works on, and says what opening found.
struct EngineSession {
    static let wait = Option(
        name: "wait", value: .text("DURATION"),
        summary: "waits so long for another process to let go of the directory")

    private static let retryMilliseconds: Int32 = 50

    private let invocation: Invocation
    private let path: String
    private let stop: StopSignal?

    /// Works on the directory of `invocation`; `stop` ends waiting for it.
    init(_ invocation: Invocation, stop: StopSignal? = nil) throws(CommandFailure) {
        self.invocation = invocation
        self.stop = stop
        path = try invocation.dataPath()
    }

    /// Opens for reading, beside whoever writes, for the length of `body`.
    func reading<Answer>(_ body: (StreamEngine) throws -> Answer) throws -> Answer {
        try checkExistence()
        let engine = try StreamEngine.openReadOnly(at: path, configuration: configuration(.fail))
        let answer = try body(engine)
        try engine.close()
        return answer
    }

    /// Opens for changes for the length of `body`, and closes in order whatever happens in it.
    func changing<Answer>(
        _ missing: EngineConfiguration.MissingDirectory, _ body: (StreamEngine) throws -> Answer
    ) throws -> Answer {
        if missing == .fail { try checkExistence() }
        let engine = try openWhenFree(missing)
        let answer: Answer
        do {
            if engine.recoveryReport.changedAnything { tell(engine.recoveryReport) }
            answer = try body(engine)
        } catch {
            try close(engine, after: error)
            throw error
        }
        try engine.close()
        return answer
    }

    /// A path at which there is nothing is a mistake in the command line.
    private func checkExistence() throws {
        guard try PosixFileSystem().status(of: path) == nil else { return }
        throw CommandFailure.misuse("there is nothing at \(path): it is not a Newswire directory")
    }

    /// Tries again until the lock is free or the time that was asked for is over.
    private func openWhenFree(
        _ missing: EngineConfiguration.MissingDirectory
    ) throws -> StreamEngine {
        let wait = try invocation.duration(of: Self.wait) ?? .zero
        let deadline = invocation.time.instant() + wait
        while true {
            do throws(NewswireError) {
                return try StreamEngine.open(at: path, configuration: configuration(missing))
            } catch {
                guard error.code == .locked, invocation.time.instant() < deadline else {
                    throw error
                }
            }
            if let number = stop?.number {
                throw CommandFailure(
                    exitCode: .signal(number), message: "stopped while \(path) was open elsewhere")
            }
            Pause.wait(milliseconds: Self.retryMilliseconds)
        }
    }

    private func close(_ engine: StreamEngine, after failure: any Error) throws {
        do throws(NewswireError) {
            try engine.close()
        } catch {
            // The first failure is what ends the command; opening again recovers.
            invocation.messages.detail("closing failed as well: \(error.message)")
        }
    }

    private func configuration(
        _ missing: EngineConfiguration.MissingDirectory
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.missingDirectory = missing
        let messages = invocation.messages
        configuration.onEvent = { event in
            switch event.severity {
            // What opening did is in its report.
            case _ where event.kind == .recovery: break
            case .info: messages.detail(event.message)
            case .warning: messages.note(event.message)
            case .error: messages.error(event.message)
            }
        }
        return configuration
    }

    private func tell(_ report: RecoveryReport) {
        for sentence in RecoverySentences(report, .done).all { invocation.messages.note(sentence) }
    }
}

/// What recovery did or would do, as sentences for people.
struct RecoverySentences {
    /// Whether it was done, or only looked at.
    enum Tense { case done, planned }

    /// One for each thing that is cut, set aside, lost or made again.
    let all: [String]

    init(_ report: RecoveryReport, _ tense: Tense) {
        all = report.partitions.flatMap { Self.sentences(of: $0, tense) }
    }

    private static func sentences(of recovery: PartitionRecovery, _ tense: Tense) -> [String] {
        let partition = recovery.partition
        let would = tense == .planned ? "would be " : ""
        var sentences = recovery.cut.map { cut in
            "\(partition): \(cut.byteCount) bytes \(would)cut from byte \(cut.position) of"
                + " \(cut.path) on: \(cut.reason)"
        }
        sentences += recovery.quarantined.map { "\(partition): \(would)set aside: \($0)" }
        sentences += recovery.lost.map { lost in
            "\(partition): offsets \(lost.offsets.lowerBound) to \(lost.offsets.upperBound)"
                + " (exclusive) are lost: \(lost.reason)"
        }
        sentences += recovery.rebuilt.map { "\(partition): \(would)made again: \($0)" }
        return sentences
    }
}
