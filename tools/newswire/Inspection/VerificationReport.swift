import Newswire
import NewswireLog

/// What a verification found so far: damage is written as it is found, the counts at the end.
final class VerificationReport {
    var segmentCount = 0
    var batchCount: Int64 = 0
    var recordCount: Int64 = 0
    /// Files that are no logs.
    var fileCount = 0
    /// Batches whose records nobody looked at, for want of their codec.
    var undecodedBatchCount: Int64 = 0
    private(set) var damageCount = 0

    private var byteCount: Int64 = 0
    private var writer: ItemWriter
    private var rows: RowWriter?
    private var progress: Progress
    private let messages: Messages
    private var rateLimit: RateLimit?

    /// Begins a verification of `total` bytes, not faster than `rateLimit` allows.
    init(_ invocation: Invocation, total: Int64, rateLimit: RateLimit?) {
        self.rateLimit = rateLimit
        let format = invocation.listFormat
        messages = invocation.messages
        writer = ItemWriter(invocation, format: format, encoding: .utf8)
        if format == .table || format == .csv {
            rows = RowWriter(Damage.columns, format: format, output: invocation.output)
        }
        progress = Progress("verifying", total: total, messages: messages)
    }

    /// Writes a damage: a line of its own.
    func write(_ damage: Damage) throws {
        damageCount += 1
        if rows == nil { try writer.write(damage) } else { try rows?.write(damage.cells) }
    }

    /// Notes that so many bytes are behind us.
    func note(byteCount: Int) {
        self.byteCount += Int64(byteCount)
        progress.update(done: self.byteCount)
        rateLimit?.note(byteCount: byteCount)
    }

    /// Writes what is left, and says how much was looked at.
    func finish() throws {
        progress.finish()
        // A table of nothing would only hide the one line that matters.
        if rows != nil, damageCount > 0 { try rows?.finish() }
        if rows == nil { try writer.finish() }
        messages.note(sentence)
    }

    private var sentence: String {
        var sentence =
            "verified \(recordCount) records in \(batchCount) batches, \(segmentCount) segments and"
            + " \(fileCount) other files (\(ByteCountText.describe(byteCount))): "
        sentence += damageCount == 0 ? "no damage" : "\(damageCount) damaged"
        if undecodedBatchCount > 0 {
            sentence +=
                "; of \(undecodedBatchCount) batches only the checksum, as their codec is not known"
        }
        return sentence
    }
}
