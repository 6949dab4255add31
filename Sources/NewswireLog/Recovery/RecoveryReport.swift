/// What opening a directory found and did, partition by partition.
public struct RecoveryReport: Sendable {
    /// Whether the directory had been closed in order.
    public package(set) var wasClean = true
    /// Damaged checkpoints that were moved to `quarantine/`, by their new paths.
    public package(set) var quarantined: [String] = []
    /// The partitions in which something was looked at, in the order of opening.
    public package(set) var partitions: [PartitionRecovery] = []

    package init() {}

    init(wasClean: Bool, quarantined: [String]) {
        self.wasClean = wasClean
        self.quarantined = quarantined
    }

    /// Whether something was cut, set aside, lost or made again.
    public var changedAnything: Bool {
        !quarantined.isEmpty || partitions.contains { $0.changedAnything }
    }
}

/// What recovery did to one partition.
public struct PartitionRecovery: Sendable {
    /// The partition.
    public let partition: TopicPartition
    /// The end after recovery, exclusive.
    public package(set) var logEndOffset: Offset
    /// How many batches, and bytes of them, were brought from the commit log to the segments.
    public package(set) var replayedBatchCount = 0
    /// The bytes of these batches.
    public package(set) var replayedByteCount = 0
    /// How many bytes of log were read and verified.
    public package(set) var scannedByteCount = 0
    /// How many of these bytes were not known to be synced, and are kept.
    public package(set) var keptByteCount = 0
    /// What was cut from the end of a segment file.
    public package(set) var cut: [CutTail] = []
    /// Files that were moved to `quarantine/`, by their new paths.
    public package(set) var quarantined: [String] = []
    /// Derived files that were made again, by their paths.
    public package(set) var rebuilt: [String] = []
    /// Synced records that are gone or unreadable: appends go on behind them.
    public package(set) var lost: [LostRange] = []
    /// Files in the partition's directory that are none of the log's.
    public package(set) var ignored: [String] = []
    /// How long it took.
    public package(set) var duration: Duration = .zero

    package init(partition: TopicPartition, logEndOffset: Offset) {
        self.partition = partition
        self.logEndOffset = logEndOffset
    }

    /// Whether anything was looked at or done.
    var isWorthTelling: Bool { changedAnything || scannedByteCount > 0 || replayedByteCount > 0 }

    /// Whether something was cut, set aside, lost or made again.
    public var changedAnything: Bool {
        !cut.isEmpty || !quarantined.isEmpty || !rebuilt.isEmpty || !lost.isEmpty
    }
}

/// Bytes that recovery cut from the end of a segment file.
public struct CutTail: Sendable {
    /// The segment file.
    public let path: String
    /// Where it ends now.
    public let position: FilePosition
    /// How many bytes were cut.
    public let byteCount: Int
    /// What was wrong with the first batch that was cut.
    public let reason: BatchFailure
}

/// Records that were synced and cannot be read any more.
public struct LostRange: Sendable {
    /// From the first one to the one after the last.
    public let offsets: Range<Offset>
    /// The file and what is wrong with it.
    public let reason: String
}

/// What the commit log holds for a partition whose directory was not closed in order.
package struct PlannedReplay: Hashable, Sendable {
    /// How many bytes of batches.
    package let byteCount: Int
    /// The end with them, exclusive.
    package let logEndOffset: Offset
}
