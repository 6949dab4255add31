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

    /// Rolls and removes what is due; syncs what has waited long enough. Asks for its next call.
    ///
    /// - Parameter expiring: whether retention may remove segments now.
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
            guard RollPolicy(writer.configuration).isOld(active.begun, at: now) else {
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

    private func removeExpired(_ now: Timestamp, _ next: inout Deadline) throws(LogFailure) {
        while true {
            let configuration = writer.withLock { $0.configuration }
            let view = self.view.withLock { $0 }
            guard let first = view.segments.first, first.byteCount > 0 else { return }
            let plan = RetentionPlan(
                configuration, logStartOffset: view.logStartOffset, now: now)
            let isLast = view.segments.count == 1
            let facts = try facts(of: first, next: isLast ? nil : view.segments[1])
            let total = view.segments.reduce(0) { $0 + $1.byteCount }
            switch plan.decide(facts, totalByteCount: total) {
            case .keep(let until):
                if let until { next.add(instant(of: until, now: now)) }
                return
            case .remove(let reason):
                // The active one can go, too; it ends first.
                if isLast { try roll(because: .age, now: now) }
                guard try remove(first, upTo: facts.nextOffset, because: reason) else { return }
            }
        }
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

    /// Takes the first segment out of the log, then removes its files.
    ///
    /// - Returns: false when it cannot go now: not all of it is synced and seen by readers.
    private func remove(
        _ segment: Segment, upTo nextOffset: Offset, because reason: RetentionPlan.Reason
    ) throws(LogFailure) -> Bool {
        commit()
        let isFree = writer.withLock { writer in
            writer.committed.offset >= nextOffset && writer.active?.segment !== segment
                && writer.refusal == nil
        }
        guard isFree, visibleEnd.load(ordering: .acquiring) >= nextOffset.value else {
            return false
        }
        // The start moves before the files go, and durably: they must never be missed at an open.
        view.withLock { view in
            view.logStartOffset = max(view.logStartOffset, nextOffset)
            view.segments.removeAll { $0 === segment }
        }
        try services.checkpointNow()
        services.maps.remove(segment)
        _ = segment.evict()
        do throws(IOFailure) {
            for kind in SegmentFileName.Kind.allCases {
                let path = segment.path(kind)
                if try services.fileSystem.status(of: path) != nil {
                    try services.fileSystem.remove(path)
                }
            }
        } catch { throw .inputOutput(partition, error) }
        services.onEvent(
            .segmentDeleted(
                partition, baseOffset: segment.baseOffset, byteCount: segment.byteCount,
                reason: reason.rawValue))
        return true
    }
}
