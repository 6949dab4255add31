internal import Synchronization

extension PartitionLog {
    /// Raises the log's start to `offset`, so that nothing before it is read again.
    ///
    /// On return the new start is durable; segments wholly before it are removed by maintenance.
    /// - Throws: `.offsetOutOfRange` beyond the high watermark. An offset before today's start
    ///   changes nothing.
    public func trim(before offset: Offset) throws(LogFailure) {
        guard !services.isReadOnly else { throw .readOnly(path: services.directory) }
        if let refusal = writer.withLock({ $0.refusal }) { throw refusal }
        let end = offsets.highWatermark
        guard offset <= end, offset >= .zero else {
            throw .offsetOutOfRange(partition, offset, valid: offsets.logStartOffset...end)
        }
        let rises = view.withLock { view in
            guard offset > view.logStartOffset else { return false }
            view.logStartOffset = offset
            return true
        }
        guard rises else { return }
        try services.checkpointNow()
        requestMaintenance(at: services.time.instant())
    }

    /// Asks for ``maintain(expiring:)`` at `instant` at the latest.
    func requestMaintenance(at instant: Instant) {
        var due = maintenanceDue.load(ordering: .relaxed)
        while instant.nanoseconds < due {
            let (isDone, found) = maintenanceDue.compareExchange(
                expected: due, desired: instant.nanoseconds, ordering: .acquiringAndReleasing)
            if isDone { return services.maintenance.request(at: instant) }
            due = found
        }
    }

    /// Rolls and removes what is due, syncs what has waited long enough, asks for its next call.
    ///
    /// - Parameter expiring: whether retention may remove segments now.
    /// - Throws: the first failure; what it kept from being done stays due.
    func maintain(expiring: Bool) throws(LogFailure) {
        var next = Deadline()
        let now = services.time.wallClock()
        try rollWhenOld(now, &next)
        syncWhenDue(&next)
        if expiring { try removeExpired(now, &next) }
        if let instant = next.instant { requestMaintenance(at: instant) }
    }

    /// The earliest of several moments.
    private struct Deadline {
        var instant: Instant?

        mutating func add(_ moment: Instant) {
            instant = min(instant ?? moment, moment)
        }
    }

    private func instant(of moment: Timestamp, now: Timestamp) -> Instant {
        // A second at least: a clock that stands still must not make a loop.
        let wait = max(1000, moment.milliseconds - now.milliseconds + 1)
        return services.time.instant() + .milliseconds(wait)
    }

    private func rollWhenOld(_ now: Timestamp, _ next: inout Deadline) throws(LogFailure) {
        let begun: Timestamp? = try finish { writer throws(LogFailure) in
            guard writer.refusal == nil, let active = writer.active, active.byteCount > 0 else {
                return nil
            }
            guard writer.rollPolicy.isOld(active.begun, at: now) else {
                return active.begun
            }
            try self.roll(&writer, because: .age, now: now)
            return nil
        }
        guard let begun else { return }
        let age = writer.withLock { $0.configuration.segmentAge.milliseconds }
        let (due, overflow) = begun.milliseconds.addingReportingOverflow(age)
        if !overflow { next.add(instant(of: Timestamp(milliseconds: due), now: now)) }
    }

    private func syncWhenDue(_ next: inout Deadline) {
        let now = services.time.instant()
        let due: Instant? = writer.withLock { writer in
            // Sealed segments wait for nothing: recovery reads all that is not synced.
            if !writer.unsyncedFiles.isEmpty { return now }
            return writer.unsyncedSince.map { $0 + writer.configuration.flushInterval }
        }
        guard let due else { return }
        if due <= now { commit() } else { next.add(due) }
    }

    /// One segment that retention removes.
    private struct Expired {
        let segment: Segment
        let nextOffset: Offset
        let reason: RetentionPlan.Reason
    }

    private func removeExpired(_ now: Timestamp, _ next: inout Deadline) throws(LogFailure) {
        var expired = try findExpired(now, &next)
        guard let last = expired.last else { return }
        // The active one can go, too; it ends first.
        if writer.withLock({ $0.active?.segment === last.segment }) {
            try roll(because: .age, now: now)
        }
        commit()
        let syncedEnd = writer.withLock { $0.refusal == nil ? $0.committed.offset : .zero }
        let visible = Offset(visibleEnd.load(ordering: .acquiring))
        // Only what is synced and seen by readers can go; the rest is looked at again.
        expired.removeAll { $0.nextOffset > min(syncedEnd, visible) }
        guard let end = expired.last?.nextOffset else {
            return next.add(services.time.instant() + .seconds(10))
        }
        // The start moves before the files go, and durably: they must never be missed at an open.
        view.withLock { view in
            view.logStartOffset = max(view.logStartOffset, end)
            view.segments.removeFirst(expired.count)
        }
        try services.checkpointNow()
        for removed in expired { try removeFiles(of: removed) }
    }

    /// The segments at the front whose time has come, and when that of the first other one comes.
    private func findExpired(
        _ now: Timestamp, _ next: inout Deadline
    ) throws(LogFailure) -> [Expired] {
        let configuration = self.configuration
        let view = self.view.withLock { $0 }
        let plan = RetentionPlan(configuration, logStartOffset: view.logStartOffset, now: now)
        var total = view.segments.reduce(0) { $0 + $1.byteCount }
        var expired: [Expired] = []
        for (number, segment) in view.segments.enumerated() {
            guard segment.byteCount > 0 else { break }
            let follower = number + 1 < view.segments.count ? view.segments[number + 1] : nil
            let facts = try facts(of: segment, next: follower)
            let decision = plan.decide(facts, totalByteCount: total)
            guard case .remove(let reason) = decision else {
                if case .keep(let until?) = decision { next.add(instant(of: until, now: now)) }
                break
            }
            expired.append(
                Expired(segment: segment, nextOffset: facts.nextOffset, reason: reason))
            total -= segment.byteCount
        }
        return expired
    }

    private func facts(
        of segment: Segment, next: Segment?
    ) throws(LogFailure) -> RetentionPlan.Facts {
        let modified: Timestamp
        do throws(IOFailure) {
            let status = try services.fileSystem.status(of: segment.source.path)
            modified = status?.modified ?? services.time.wallClock()
        } catch { throw .inputOutput(partition, error) }
        let end = Offset(visibleEnd.load(ordering: .acquiring))
        return RetentionPlan.Facts(
            nextOffset: next?.baseOffset ?? end, byteCount: segment.byteCount,
            largestTimestamp: try segment.largestTimestamp(), modified: modified)
    }

    private func removeFiles(of removed: Expired) throws(LogFailure) {
        let segment = removed.segment
        services.maps.remove(segment)
        _ = segment.evict()
        try LogFailure.wrapping(partition) { () throws(IOFailure) in
            for kind in SegmentFileName.Kind.allCases {
                let path = segment.path(kind)
                if try services.fileSystem.status(of: path) != nil {
                    try services.fileSystem.remove(path)
                }
            }
        }
        services.onEvent(
            .segmentDeleted(
                partition, baseOffset: segment.baseOffset, byteCount: segment.byteCount,
                reason: removed.reason.rawValue))
    }
}
