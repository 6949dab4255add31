internal import Synchronization

extension LogDirectory {
    /// How long after the open the first look at retention happens.
    static let firstExpiry = Duration.seconds(30)

    /// Says that all partitions that exist are open: the checkpoint knows them, background work
    /// begins.
    package func finishOpening() throws(LogFailure) {
        do throws(LogFailure) {
            try services.synchronizeJointly()
        } catch {
            // Not to be closed in order: the clean head would call the recovered records synced.
            abandon()
            throw error
        }
        phase.withLock { phase in
            if case .opening = phase { phase = .open }
        }
        guard !services.isReadOnly else { return }
        // In a new one, too: a partition that the checkpoint does not know begins at 0.
        let hasRecovered = recovery.withLock { !$0.wasClean || !$0.partitions.isEmpty }
        if !services.hasCheckpoint || hasRecovered {
            try services.checkpointNow()
        }
        let first = services.time.instant() + Self.firstExpiry
        for log in services.partitions.all { log.requestMaintenance(at: first) }
        services.scrub.begin(at: first)
        if let due = services.scrub.due { services.maintenance.request(at: due) }
        services.startMaintenance { [weak self] in self?.runMaintenance() }
    }

    /// Does what is due: syncs, rolls, expires, writes a checkpoint.
    ///
    /// - Returns: when something is due next; nil when nothing is.
    @discardableResult
    package func runMaintenance() -> Instant? {
        services.commitWhenStepped()
        let now = services.time.instant()
        let logs = services.partitions.all
        for log in logs where log.maintenanceDue.load(ordering: .acquiring) <= now.nanoseconds {
            log.maintenanceDue.store(.max, ordering: .releasing)
            attempt(retryFor: log) { () throws(LogFailure) in
                try log.maintain(expiring: now >= expiryBegins)
            }
            if now < expiryBegins { log.requestMaintenance(at: expiryBegins) }
        }
        if let due = services.checkpointDue, due <= now {
            attempt(retryFor: nil) { () throws(LogFailure) in
                try services.coverAndCheckpoint()
            }
        }
        attempt(retryFor: nil) { () throws(LogFailure) in
            try services.scrub.run(over: logs, on: services)
        }
        // One that was opened meanwhile asks for its own call.
        var next = [services.checkpointDue, services.scrub.due].compactMap { $0 }.min()
        for log in logs {
            let due = log.maintenanceDue.load(ordering: .acquiring)
            guard due < .max else { continue }
            next = min(next ?? Instant(nanoseconds: due), Instant(nanoseconds: due))
        }
        return next
    }

    /// Runs `work`; a failure is reported, and tried again in a while.
    private func attempt(
        retryFor log: PartitionLog?, _ work: () throws(LogFailure) -> Void
    ) {
        do throws(LogFailure) {
            try work()
        } catch {
            services.onEvent(.maintenanceFailed(error))
            if let log {
                log.requestMaintenance(at: services.time.instant() + .seconds(10))
            } else {
                services.checkpointSoon()
            }
        }
    }
}
