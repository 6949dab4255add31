/// What a partition's writer knows; one lock guards it.
struct PartitionWriter: ~Copyable, Sendable {
    /// An end of the log, and where that is: in which segment, and at which byte of it.
    struct Place: Hashable, Sendable {
        var offset: Offset
        var segment: Offset
        var position: FilePosition
    }

    /// Batches that are committed, but could not be written to their segment.
    struct Unapplied: Sendable {
        let segment: Segment
        let file: any File
        let position: FilePosition
        let bytes: [UInt8]
        let end: Place
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
    /// The end of what is in the segments and can be read; accepted appends of a `synced` topic may
    /// lie behind it.
    var applied: Place
    /// Everything before it is durable: in its segment, or in the commit log.
    var durableEnd: Offset
    /// Everything before it is synced in its segment.
    var recoveryPoint: Place
    /// The first redo file with something of this log that is not synced in its segment; and with
    /// what the sync under way covers.
    var uncoveredSince: UInt64?
    var coveringSince: UInt64?
    /// What could not be applied; appends are refused until it is.
    var unapplied: [Unapplied] = []
    /// Whether the level is being changed: nothing is accepted meanwhile.
    var isAltering = false

    /// Files with unsynced bytes besides the active segment's: sealed segments, indexes, metadata.
    var unsyncedFiles: [any File] = []
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
            applied = Place(
                offset: end, segment: last.baseOffset, position: FilePosition(last.byteCount))
        } else {
            // Records before the end were lost: the segment to come begins behind them.
            applied = Place(offset: end, segment: end, position: .start)
        }
        recoveryPoint = applied
        durableEnd = end
    }

    /// Whether a sync would have nothing to do.
    var isSynced: Bool {
        unsyncedFiles.isEmpty && !(active?.isDirty ?? false) && !hasUnsyncedNames
            && !hasUnsyncedDirectory
    }

    /// Whether the descriptor could be given back after a sync: nobody waits for that, and the
    /// commit log has nothing to write.
    var isIdle: Bool { waiters.isEmpty && applied.offset == nextOffset }

    /// The first redo file that recovery of this log needs; nil when it needs none.
    var neededFile: UInt64? {
        [uncoveredSince, coveringSince].compactMap(\.self).min()
    }

    mutating func takeEffects() -> [Effect] {
        guard !effects.isEmpty else { return [] }
        defer { effects = [] }
        return effects
    }
}
