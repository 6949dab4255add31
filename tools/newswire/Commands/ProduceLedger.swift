import Newswire
import NewswireLog
import Synchronization

/// Which lines became which records, and which of them are acknowledged.
///
/// Lines come from the thread that reads, acknowledgements from any: for a batch they may come
/// before the last of its lines.
final class ProduceLedger: Sendable {
    private struct Line {
        let number: Int
        let byteCount: Int
    }

    /// What is not settled of one partition.
    private struct Account {
        /// The records' lines, in order of the records' numbers; those before ``settled`` are done.
        private var lines: [Line] = []
        private var settled = 0
        private var reports: [DeliveryReport] = []

        mutating func add(_ line: Line) { lines.append(line) }

        mutating func add(_ report: DeliveryReport) { reports.append(report) }

        /// The next report whose lines are all there, with them.
        mutating func next() -> (report: DeliveryReport, lines: [Line])? {
            guard let report = reports.first else { return nil }
            let end = settled + report.numbers.count
            guard lines.count >= end else { return nil }
            reports.removeFirst()
            let found = Array(lines[settled..<end])
            settled = end
            // Seldom, and then many: removing those of each batch would move all the others.
            if settled > lines.count / 2 {
                lines.removeFirst(settled)
                settled = 0
            }
            return (report, found)
        }
    }

    private struct State {
        var accounts: [Int: Account] = [:]
        var recordCount: Int64 = 0
        var byteCount: Int64 = 0
        var failedCount: Int64 = 0
        var failure: NewswireError?
        var hasLostOutput = false
    }

    private let state = Mutex(State())
    private let output: StandardOutput
    private let messages: Messages
    private let printsAcknowledgements: Bool
    private let stop: StopSignal

    init(_ invocation: Invocation, printsAcknowledgements: Bool, stop: StopSignal) {
        output = invocation.output
        messages = invocation.messages
        self.printsAcknowledgements = printsAcknowledgements
        self.stop = stop
    }

    /// Whether a record was not appended: then no more are sent.
    var hasFailed: Bool { state.withLock { $0.failure != nil } }

    /// Whether acknowledgements were to be printed and nobody read them.
    var hasLostOutput: Bool { state.withLock { $0.hasLostOutput } }

    /// Notes that a line became a record.
    func note(_ record: EnqueuedRecord, line number: Int, byteCount: Int) {
        let hasSettled = state.withLock { state in
            let line = Line(number: number, byteCount: byteCount)
            state.accounts[record.partition, default: Account()].add(line)
            return settle(record.partition, &state)
        }
        if hasSettled { flushAcknowledgements() }
    }

    /// Notes how a batch ended.
    func note(_ report: DeliveryReport) {
        let partition = report.partition.partition
        state.withLock { state in
            state.accounts[partition, default: Account()].add(report)
            settle(partition, &state)
        }
        flushAcknowledgements()
    }

    /// Notes a failure that is no single record's.
    func fail(_ failure: NewswireError) {
        let isFirst = state.withLock { state in
            defer { state.failure = state.failure ?? failure }
            return state.failure == nil
        }
        if isFirst { messages.error(failure.message) }
    }

    /// The sentence at the end.
    func summary(elapsed: Duration, level: Durability, malformedCount: Int64) -> String {
        let (recordCount, byteCount, failedCount) = state.withLock { state in
            (state.recordCount, state.byteCount, state.failedCount)
        }
        let seconds = max(Double(elapsed.nanoseconds) / 1e9, 1e-9)
        let rate = Int64(min(Double(recordCount) / seconds, 1e15))
        var sentence =
            "produced \(recordCount) record\(recordCount == 1 ? "" : "s") of"
            + " \(ByteCountText.describe(byteCount)) in \(DurationText.describe(elapsed)),"
            + " \(rate) records/s, acknowledged as \(level.rawValue)"
        if failedCount > 0 { sentence += "; \(failedCount) were not appended" }
        if malformedCount > 0 {
            sentence +=
                "; \(malformedCount) line\(malformedCount == 1 ? " was" : "s were") malformed"
        }
        return sentence
    }

    // MARK: Settling

    /// Settles what can be settled; answers whether anything could.
    @discardableResult
    private func settle(_ partition: Int, _ state: inout State) -> Bool {
        var hasSettled = false
        while let (report, lines) = state.accounts[partition]?.next() {
            hasSettled = true
            switch report.outcome {
            case .success(let batch):
                state.recordCount += Int64(lines.count)
                state.byteCount += lines.reduce(0) { $0 + Int64($1.byteCount) }
                if printsAcknowledgements {
                    printAcknowledgements(of: lines, batch, report, &state)
                }
            case .failure(let failure): fail(failure, lines, &state)
            }
        }
        return hasSettled
    }

    private func fail(_ failure: NewswireError, _ lines: [Line], _ state: inout State) {
        state.failedCount += Int64(lines.count)
        guard state.failure == nil else { return }
        state.failure = failure
        let first = lines.first?.number ?? 0
        messages.error("line \(first) could not be appended: \(failure.message)")
        // Who waits for input waits for nothing now.
        stop.stop()
    }

    private func printAcknowledgements(
        of lines: [Line], _ batch: AppendedBatch, _ report: DeliveryReport,
        _ state: inout State
    ) {
        guard !state.hasLostOutput else { return }
        var json = JSONWriter()
        var offset = batch.baseOffset
        for line in lines {
            json.beginObject()
            json.name("partition")
            json.integer(report.partition.partition)
            json.name("offset")
            json.integer(offset.value)
            json.name("line")
            json.integer(line.number)
            json.endObject()
            json.endLine()
            offset = offset + 1
        }
        do throws(OutputFailure) {
            // Under the lock, as the order of a partition's lines is that of its offsets.
            try output.write(json.bytes.rawSpan)
        } catch {
            // The records are stored all the same: the work goes on, and the exit code tells.
            state.hasLostOutput = true
        }
    }

    private func flushAcknowledgements() {
        guard printsAcknowledgements else { return }
        do throws(OutputFailure) {
            try output.flush()
        } catch {
            state.withLock { $0.hasLostOutput = true }
        }
    }
}
