/// Why the log could not do what it was asked for.
///
/// More cases may come: a `switch` needs a default.
public enum LogFailure: Error, Sendable {
    /// The bytes at a place are not what was written there.
    case corrupt(BatchSource, at: FilePosition, offset: Offset?, BatchFailure)
    /// The offset is not in the log; `valid` is what can be read now (its end included).
    case offsetOutOfRange(TopicPartition, Offset, valid: ClosedRange<Offset>)
    /// A batch (one record included) is larger than `max.message.bytes`.
    case messageTooLarge(TopicPartition, byteCount: Int, limit: Int)
    /// A batch is larger than `segment.bytes`.
    case batchTooLargeForSegment(TopicPartition, byteCount: Int, limit: Int)
    /// A batch without records, or a record that cannot be encoded.
    case invalidBatch(TopicPartition, BatchFailure)
    /// The partition's part of an atomic append cannot go together with the others, and why.
    case atomicAppend(TopicPartition, String)
    /// A write failed after its first byte; it was cut back, nothing of it can be read.
    case inputOutput(TopicPartition?, IOFailure)
    /// A sync failed: the outcome of unacknowledged appends is unknown, and no more are accepted
    /// until the directory is opened again.
    case stopped(TopicPartition, IOFailure)
    /// The partition was deleted.
    case deleted(TopicPartition)
    /// The directory is open elsewhere; `holder` is what its lock says about whom.
    case locked(path: String, holder: String)
    /// There is no `newswire.format` at the path.
    case notADirectory(path: String)
    /// The format file of the directory cannot be used.
    case format(path: String, FormatFailure)
    /// The directory was opened for reading only.
    case readOnly(path: String)
    /// The log was closed.
    case closed
    /// The deadline passed first.
    case timedOut
}

/// Why a directory's format file is refused.
public enum FormatFailure: Error, Hashable, Sendable {
    /// Written by a later version, whose formats this one does not know.
    case tooNew(version: Int, newest: Int)
    /// Written by a version whose formats are no longer read.
    case tooOld(version: Int, oldest: Int)
    /// The bytes are not a format file.
    case damaged(String)
}

extension FormatFailure {
    /// Throws when a file's version is none of those that are read.
    static func check(version: Int, isIn known: ClosedRange<Int>) throws(FormatFailure) {
        guard version <= known.upperBound else {
            throw .tooNew(version: version, newest: known.upperBound)
        }
        guard version >= known.lowerBound else {
            throw .tooOld(version: version, oldest: known.lowerBound)
        }
    }
}

extension FormatFailure: CustomStringConvertible {
    /// What is wrong with the file, without its name.
    public var description: String {
        switch self {
        case .tooNew(let version, let newest):
            "it is of version \(version), and this program knows versions up to \(newest)"
        case .tooOld(let version, let oldest):
            "it is of version \(version), and this program knows versions from \(oldest) on"
        case .damaged(let reason): reason
        }
    }
}

extension LogFailure {
    /// Runs `body`; what the system refuses becomes a failure of `partition`.
    static func wrapping<Answer: ~Copyable>(
        _ partition: TopicPartition?, _ body: () throws(IOFailure) -> Answer
    ) throws(LogFailure) -> Answer {
        do throws(IOFailure) {
            return try body()
        } catch { throw .inputOutput(partition, error) }
    }
}
