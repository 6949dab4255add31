/// Something that happened in a directory and that somebody may want to know.
public enum LogEvent: Sendable {
    /// A partition was opened and something in it was cut, set aside or made again.
    case recovered(PartitionRecovery)
    /// The newest checkpoint was damaged and moved to `quarantine/`: an older one counts, so that
    /// more is verified.
    case checkpointSetAside(path: String, FormatFailure)
    /// A segment ended, and one with `baseOffset` begins.
    case rolled(TopicPartition, baseOffset: Offset, reason: String)
    /// Retention removed the segment with `baseOffset`.
    case segmentDeleted(TopicPartition, baseOffset: Offset, byteCount: Int, reason: String)
    /// An index led to the wrong place and was made again from the log.
    case indexRebuilt(TopicPartition, path: String)
    /// A part of a redo file is not what was written there; what it held may be in the segments.
    case redoDamaged(DamagedRedo)
    /// A group is missing from the redo files at `path` that was synced; what it held may be in the
    /// segments.
    case redoIncomplete(path: String)
    /// Maintenance read records that are damaged; told once while the directory is open.
    case damaged(TopicPartition, Range<Offset>, path: String, BatchFailure)
    /// A sync took longer than a second.
    case slowSync(TopicPartition, Duration)
    /// A partition accepts nothing more until the directory is opened again.
    case stopped(TopicPartition, IOFailure)
    /// Maintenance could not do its work and will try again.
    case maintenanceFailed(LogFailure)
    /// The wall clock moved while the directory was closed: expiry waits a minute.
    case clockMoved(from: Timestamp, to: Timestamp)
    /// A name that is none of ours was found, and left alone.
    case ignoredFile(path: String)
}
