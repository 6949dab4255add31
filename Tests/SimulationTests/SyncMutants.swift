import NewswireLog
import NewswireTesting

/// A way to get durability wrong that the disk can play: some syncs are not done, or too late.
struct SyncMutant: Sendable, CustomStringConvertible {
    /// When it strikes.
    enum Phase: Sendable {
        case always
        /// While a directory is opened, and recovered.
        case opening
        /// While it is open.
        case running
        /// While a partition of it is deleted.
        case deleting
    }

    let name: String
    let phase: Phase
    private let faults: [Fault]

    var description: String { name }

    init(_ name: String, _ phase: Phase = .always, _ faults: Fault...) {
        self.name = name
        self.phase = phase
        self.faults = faults
    }

    /// What goes wrong in `now`, a phase that is not `always`.
    func plan(in now: Phase) -> FaultPlan {
        let strikes =
            switch phase {
            case .always: true
            case .running: now != .opening
            case .opening, .deleting: now == phase
            }
        var plan = FaultPlan()
        plan.faults = strikes ? faults : []
        return plan
    }

    // MARK: What is got wrong

    /// No sync of files whose path ends so, and contains `part`.
    private static func noSync(_ end: String, part: String? = nil) -> Fault {
        fault(.synchronize, .omission, part: part, end: end)
    }

    /// No sync of directories whose path contains `part` and ends with `end`.
    private static func noDirectorySync(part: String? = nil, end: String? = nil) -> Fault {
        fault(.synchronizeDirectory, .omission, part: part, end: end)
    }

    /// The sync of files whose path ends so comes after this many changes that should follow it.
    private static func lateSync(
        _ end: String, part: String? = nil, by changes: Int
    ) -> Fault {
        fault(.synchronize, .postponement(changes: changes), part: part, end: end)
    }

    private static func fault(
        _ operation: IOFailure.Operation, _ effect: Fault.Effect, part: String?, end: String?
    ) -> Fault {
        var fault = Fault(operation, number: 1, effect, isSticky: true)
        fault.pathPart = part
        fault.pathEnd = end
        return fault
    }

    /// Each of them has to be found out by ``MutantTests``.
    static let all: [SyncMutant] = [
        SyncMutant("no-file-sync", .always, fault(.synchronize, .omission, part: nil, end: nil)),
        SyncMutant("no-directory-sync", .always, noDirectorySync()),
        // Appends and rolls.
        SyncMutant("no-segment-sync", .running, noSync(".log")),
        SyncMutant("late-segment-sync", .running, lateSync(".log", by: 1)),
        SyncMutant("no-metadata-sync", .running, noSync("/partition.metadata")),
        SyncMutant("no-partition-directory-sync", .running, noDirectorySync(part: "/orders-")),
        SyncMutant("no-data-directory-sync", .running, noDirectorySync(end: "/data")),
        SyncMutant("no-sync-above-the-data-directory", .always, noDirectorySync(end: "/")),
        // The commit log; of the partitions, number 0 is the one that is always in it at first.
        SyncMutant("no-group-sync", .running, noSync(".redo")),
        SyncMutant("late-group-sync", .running, lateSync(".redo", by: 2)),
        SyncMutant("no-covering-sync", .running, noSync(".log", part: "/orders-0/")),
        SyncMutant("late-covering-sync", .running, lateSync(".log", part: "/orders-0/", by: 8)),
        SyncMutant("no-replayed-group-sync", .opening, noSync(".redo")),
        SyncMutant("no-replay-sync", .opening, noSync(".log", part: "/orders-0/")),
        SyncMutant("no-replay-directory-sync", .opening, noDirectorySync(part: "/orders-0")),
        // Replaced files: heads, the format, epochs.
        SyncMutant("no-replacement-sync", .always, noSync(".tmp")),
        SyncMutant("late-replacement-sync", .always, lateSync(".tmp", by: 2)),
        SyncMutant("no-head-sync", .always, noSync(".head.tmp")),
        SyncMutant("late-head-sync", .always, lateSync(".head.tmp", by: 2)),
        SyncMutant("no-commit-directory-sync", .always, noDirectorySync(end: "/commit")),
        SyncMutant("no-format-sync", .always, noSync("newswire.format.tmp")),
        SyncMutant("late-format-sync", .always, lateSync("newswire.format.tmp", by: 1)),
        // Recovery.
        SyncMutant("no-recovery-sync", .opening, noSync(".log")),
        SyncMutant("no-recovery-directory-sync", .opening, noDirectorySync(part: "/orders-")),
        SyncMutant("no-recovery-data-directory-sync", .opening, noDirectorySync(end: "/data")),
        SyncMutant("no-recovery-metadata-sync", .opening, noSync("/partition.metadata")),
        SyncMutant("no-quarantine-sync", .opening, noDirectorySync(end: "/quarantine")),
    ]

    /// Syncs that are done for the sake of order, not for a promise.
    ///
    /// What they cover is made again from what is durable; each says why it survives, and has to.
    static let harmless: [(mutant: SyncMutant, reason: String)] = [
        (
            SyncMutant("no-epoch-sync", .always, noSync("/leader-epoch-checkpoint")),
            "the batches teach the epochs again"
        ),
        (
            SyncMutant("no-index-sync", .always, noSync("index")),
            """
            indexes that lead astray are made again, and the end of a time index is compared with \
            the end of its segment: the sync saves that work, and is for sealed segments so large \
            that their later slots of time are not looked at
            """
        ),
        (
            SyncMutant("no-coming-sync", .always, noSync("/commit/coming")),
            """
            the first group's sync covers the first page and the zeros, too, and groups are known \
            without them: the first appends need not wait for so much
            """
        ),
        (
            SyncMutant("no-removal-sync", .deleting, noSync(".redo")),
            """
            whoever deletes a topic has said so durably, and what a replay brings back is retired; \
            the next group's sync covers the removal before anything under the same name counts, \
            unless the redo file is full just then
            """
        ),
    ]
}
