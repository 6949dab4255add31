/// What a partition's writer knows; one lock guards it.
struct PartitionWriter: ~Copyable, Sendable {
    /// Up to where everything is synced, in which segment, and at which byte of it.
    struct CommitPoint: Hashable, Sendable {
        var offset: Offset
        var segment: Offset
        var position: FilePosition
    }

    /// What is to be done once the lock is free.
    enum Effect: Sendable {
        case report(LogEvent)
        case maintain(at: Instant)
        case commitSoon
        case holdDescriptor
    }

    var configuration: LogConfiguration {
        didSet { rollPolicy = RollPolicy(configuration) }
    }
    private(set) var rollPolicy: RollPolicy
    /// Why appends are refused; nil while they are not.
    var refusal: LogFailure?
    /// Whether the files are given back for good.
    var isAbandoned = false
    var active: ActiveSegment?
    var nextOffset: Offset
    var epochs: LeaderEpochTable
    /// Whether the next append begins a new leader epoch.
    var raisesEpoch: Bool
    var hasDirectory: Bool
    /// Whether the next append begins a new segment, because records before it were lost.
    var beginsSegment: Bool
    var committed: CommitPoint

    /// Files with unsynced bytes besides the active segment's: sealed segments, indexes, metadata.
    var unsyncedFiles: [any File] = []
    /// Sealed segments of a `synced` topic that readers do not see whole yet.
    var unpublished: [(segment: Segment, byteCount: Int)] = []
    /// Whether names in the partition's directory, and its own name, are unsynced.
    var hasUnsyncedNames = false
    var hasUnsyncedDirectory = false
    /// When the first of the unsynced bytes was written; nil when none are.
    var unsyncedSince: Instant?
    var unsyncedByteCount = 0
    var waiters = AppendWaiters()
    var effects: [Effect] = []

    init(_ recovered: RecoveredLog, configuration: LogConfiguration) {
        self.configuration = configuration
        rollPolicy = RollPolicy(configuration)
        nextOffset = recovered.nextOffset
        epochs = recovered.epochs
        raisesEpoch = recovered.raisesEpoch
        hasDirectory = recovered.hasDirectory
        beginsSegment = recovered.beginsSegment
        let end = recovered.nextOffset
        if let last = recovered.segments.last, !recovered.beginsSegment {
            committed = CommitPoint(
                offset: end, segment: last.baseOffset, position: FilePosition(last.byteCount))
        } else {
            // Records before the end were lost: the segment to come begins behind them.
            committed = CommitPoint(offset: end, segment: end, position: .start)
        }
    }

    /// Whether a sync would have nothing to do.
    var isSynced: Bool {
        unsyncedFiles.isEmpty && !(active?.isDirty ?? false) && !hasUnsyncedNames
            && !hasUnsyncedDirectory
    }

    /// Whether a sync would complete nobody and show readers nothing new.
    var wakesNobody: Bool {
        waiters.isEmpty && (configuration.durability != .synced || committed.offset == nextOffset)
    }

    mutating func takeEffects() -> [Effect] {
        guard !effects.isEmpty else { return [] }
        defer { effects = [] }
        return effects
    }
}
