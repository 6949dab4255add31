internal import Synchronization

/// A directory of partitions: one lock, one checkpoint, one set of background threads.
///
/// Opening goes in steps: ``open(at:_:)``, ``openPartition(_:identity:_:)`` for each partition that
/// exists, ``finishOpening()``. It ends with ``close()``: a directory, or a log of it, that is only
/// dropped stays open, and locked, until the process ends.
public final class LogDirectory: Sendable {
    /// Where it is.
    public let path: String

    let services: LogServices
    let recovery: Mutex<RecoveryReport>
    let phase = Mutex(Phase.opening)
    /// Held while a partition is opened by name alone, so that it is opened once.
    let openingAlone = Mutex(())
    /// From when on retention may remove by age.
    let expiryBegins: Instant

    enum Phase: Sendable {
        case opening, open, closed
    }

    init(
        _ services: LogServices, _ report: RecoveryReport, expiryBegins: Instant
    ) {
        path = services.directory
        self.services = services
        self.expiryBegins = expiryBegins
        recovery = Mutex(report)
    }

    /// What opening found and did.
    public var recoveryReport: RecoveryReport { recovery.withLock { $0 } }

    /// The open partition with that name; nil when there is none.
    public func partition(_ partition: TopicPartition) -> PartitionLog? {
        services.partitions[partition]
    }

    /// The names of the open partitions, sorted.
    public var partitions: [TopicPartition] {
        services.partitions.all.map(\.partition).sorted()
    }

    /// Opens a partition: recovers its files, or prepares for the first append when there are none.
    ///
    /// - Parameters:
    ///   - partition: its name.
    ///   - identity: what it is called for ever.
    ///   - configuration: how its log behaves.
    /// - Returns: the log; events and the report say what recovery did.
    /// - Throws: `.inputOutput`, `.closed`.
    /// - Complexity: after a clean close a look at the directory; else what may not be synced is
    ///   read.
    package func openPartition(
        _ partition: TopicPartition, identity: PartitionIdentity,
        _ configuration: LogConfiguration
    ) throws(LogFailure) -> PartitionLog {
        guard phase.withLock({ $0 != .closed }) else { throw .closed }
        var recoverer = PartitionRecoverer(
            partition, identity: identity, configuration, on: services)
        let recovered = try recoverer.recover()
        // While the directory opens, those of all partitions wait for `finishOpening()`.
        if phase.withLock({ $0 == .open }) {
            do throws(LogFailure) {
                try services.synchronizeJointly()
            } catch {
                recoverer.putBackEntry()
                throw error
            }
        }
        let log = PartitionLog(
            partition, identity: identity, recovered: recovered, configuration: configuration,
            on: services)
        services.partitions.insert(log)
        let report = recovered.report
        if report.isWorthTelling {
            recovery.withLock { $0.partitions.append(report) }
        }
        if report.changedAnything, !services.isReadOnly { services.onEvent(.recovered(report)) }
        for path in report.ignored { services.onEvent(.ignoredFile(path: path)) }
        if phase.withLock({ $0 == .open }) {
            log.requestMaintenance(at: services.time.instant() + Self.firstExpiry)
        }
        return log
    }

    // MARK: Closing

    /// Syncs everything, writes indexes and a clean checkpoint, and gives the lock back.
    ///
    /// Whoever waits is completed or fails with `.closed`. Closing twice is fine.
    /// - Throws: the first failure; the directory is closed all the same, and recovers at its next
    ///   open.
    public func close() throws(LogFailure) {
        guard endPhase() else { return }
        defer { letGo() }
        services.maintenance.close()
        guard !services.isReadOnly else { return }
        let logs = services.partitions.all
        for log in logs { log.stopAppends() }
        services.commits.commitOpenGroup()
        var failure: LogFailure?
        for log in logs {
            do throws(LogFailure) {
                try log.closeInOrder()
            } catch { failure = failure ?? error }
        }
        // Without a clean checkpoint the next open verifies what is there: nothing is lost.
        if let failure { throw failure }
        try services.checkpointAtClose()
    }

    /// Ends without a sync and without a clean checkpoint, as the end of the process does.
    package func abandon() {
        guard endPhase() else { return }
        services.maintenance.abandon()
        letGo()
    }

    /// Begins the end.
    ///
    /// - Returns: false when it was begun before.
    private func endPhase() -> Bool {
        phase.withLock { phase in
            defer { phase = .closed }
            return phase != .closed
        }
    }

    /// Ends all logs, gives everything back, the lock last: nobody goes on without it.
    private func letGo() {
        services.commits.close()
        for log in services.partitions.all {
            log.refuse(.closed)
            log.releaseFiles()
        }
        services.partitions.removeAll()
        services.lock?.release()
    }
}
