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

    func plan(isOpening: Bool) -> FaultPlan {
        var plan = FaultPlan()
        switch phase {
        case .always: plan.faults = faults
        case .opening: plan.faults = isOpening ? faults : []
        case .running: plan.faults = isOpening ? [] : faults
        }
        return plan
    }

    // MARK: What is got wrong

    /// No sync of files whose path ends so.
    private static func noSync(_ end: String) -> Fault {
        fault(.synchronize, .omission, part: nil, end: end)
    }

    /// No sync of directories whose path contains `part` and ends with `end`.
    private static func noDirectorySync(part: String? = nil, end: String? = nil) -> Fault {
        fault(.synchronizeDirectory, .omission, part: part, end: end)
    }

    /// The sync of files whose path ends so comes after this many changes that should follow it.
    private static func lateSync(_ end: String, by changes: Int) -> Fault {
        fault(.synchronize, .postponement(changes: changes), part: nil, end: end)
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
        SyncMutant("no-index-sync", .always, noSync("index")),
        SyncMutant("no-metadata-sync", .running, noSync("/partition.metadata")),
        SyncMutant("no-partition-directory-sync", .running, noDirectorySync(part: "/orders-")),
        SyncMutant("no-data-directory-sync", .running, noDirectorySync(end: "/data")),
        SyncMutant("no-sync-above-the-data-directory", .always, noDirectorySync(end: "/")),
        // Replaced files: heads, the format, epochs.
        SyncMutant("no-replacement-sync", .always, noSync(".tmp")),
        SyncMutant("late-replacement-sync", .always, lateSync(".tmp", by: 2)),
        SyncMutant("no-head-sync", .always, noSync(".redo.tmp")),
        SyncMutant("late-head-sync", .always, lateSync(".redo.tmp", by: 2)),
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
        )
    ]
}
