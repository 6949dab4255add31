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
        // A start that is durable must not lie behind an end that is not: a power failure would
        // leave a log that ends before it begins. In the segments, too: what is before the start is
        // not replayed, and nothing could follow it there.
        try synchronize()
        try coverForSure()
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
        try applyUnapplied()
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
            // Sealed segments wait for nothing: recovery reads all that is not synced, and they
            // keep descriptors.
            if !writer.unsyncedFiles.isEmpty { return now }
            // What else the commit log holds is synced by the checkpoint.
            guard writer.configuration.durability != .synced else { return nil }
            return writer.unsyncedSince.map { $0 + writer.configuration.flushInterval }
        }
        guard let due else { return }
        if due <= now { cover() } else { next.add(due) }
    }

    /// One segment that retention removes.
    private struct Expired {
        let segment: Segment
        let nextOffset: Offset
        let reason: RetentionPlan.Reason
        /// Whether it cannot grow any more.
        let isSealed: Bool
    }

    private func removeExpired(_ now: Timestamp, _ next: inout Deadline) throws(LogFailure) {
        let expired = try findExpired(now, &next)
        try remove(expired.filter(\.isSealed), &next)
        guard let last = expired.last, !last.isSealed else { return }
        // The last one can go, too. It ends first and is judged again: it may have grown since.
        try roll(because: .age, now: now)
        try remove(findExpired(now, &next).filter(\.isSealed), &next)
    }

    /// Removes segments at the front of the log, as far as they are synced and seen by readers.
    private func remove(_ expired: [Expired], _ next: inout Deadline) throws(LogFailure) {
        guard !expired.isEmpty else { return }
        cover()
        let syncedEnd = writer.withLock { $0.refusal == nil ? $0.recoveryPoint.offset : .zero }
        let freeEnd = min(syncedEnd, Offset(visibleEnd.load(ordering: .acquiring)))
        let removable = expired.filter { $0.nextOffset <= freeEnd }
        guard let end = removable.last?.nextOffset else {
            return next.add(services.time.instant() + .seconds(10))
        }
        // The start moves before the files go, and durably: they must never be missed at an open.
        view.withLock { $0.logStartOffset = max($0.logStartOffset, end) }
        if !Mutant.removedBeforeHead.isOn { try services.checkpointNow() }
        // Not before: when a full disk refuses the checkpoint, they have to be found again.
        // By what they are, not by how many: somebody else may be removing, too.
        view.withLock { view in
            view.segments.removeAll { segment in removable.contains { $0.segment === segment } }
        }
        for removed in removable { try removeFiles(of: removed) }
    }

    /// The segments at the front whose time has come, and when that of the first other one comes.
    private func findExpired(
        _ now: Timestamp, _ next: inout Deadline
    ) throws(LogFailure) -> [Expired] {
        // Together: an append begins a segment, in the list too, before it moves the end.
        let (configuration, view, sealedEnd) = writer.withLock { writer in
            (
                writer.configuration, self.view.withLock { $0 },
                writer.active == nil && writer.beginsSegment ? writer.nextOffset : nil
            )
        }
        let plan = RetentionPlan(configuration, logStartOffset: view.logStartOffset, now: now)
        var total = view.segments.reduce(0) { $0 + $1.byteCount }
        var expired: [Expired] = []
        for (number, segment) in view.segments.enumerated() {
            guard segment.byteCount > 0 else { break }
            let isLast = number + 1 == view.segments.count
            let end = isLast ? sealedEnd : view.segments[number + 1].baseOffset
            let facts = try facts(of: segment, end: end)
            let decision = plan.decide(facts, totalByteCount: total)
            guard case .remove(let reason) = decision else {
                if case .keep(let until?) = decision { next.add(instant(of: until, now: now)) }
                break
            }
            expired.append(
                Expired(
                    segment: segment, nextOffset: facts.nextOffset, reason: reason,
                    isSealed: end != nil))
            total -= segment.byteCount
        }
        return expired
    }

    /// The facts of a segment that ends at `end`; nil when it may still grow.
    private func facts(
        of segment: Segment, end: Offset?
    ) throws(LogFailure) -> RetentionPlan.Facts {
        let modified: Timestamp
        do throws(IOFailure) {
            let status = try services.fileSystem.status(of: segment.source.path)
            modified = status?.modified ?? services.time.wallClock()
        } catch { throw .inputOutput(partition, error) }
        return RetentionPlan.Facts(
            nextOffset: end ?? Offset(visibleEnd.load(ordering: .acquiring)),
            byteCount: segment.byteCount, largestTimestamp: try segment.largestTimestamp(),
            modified: modified)
    }

    private func removeFiles(of removed: Expired) throws(LogFailure) {
        let segment = removed.segment
        services.maps.remove(segment)
        _ = segment.evict()
        let isRemoved = try syncing.withLock { _ throws(LogFailure) in
            // After a deletion the names may be those of another topic's files.
            guard isOpen else { return false }
            try LogFailure.wrapping(partition) { () throws(IOFailure) in
                try removeFiles(of: segment)
            }
            return true
        }
        guard isRemoved else { return }
        services.onEvent(
            .segmentDeleted(
                partition, baseOffset: segment.baseOffset, byteCount: segment.byteCount,
                reason: removed.reason.rawValue))
    }

    private func removeFiles(of segment: Segment) throws(IOFailure) {
        // The log last: what a crash leaves is found as a segment, and removed then.
        for kind in SegmentFileName.Kind.allCases.reversed() {
            let path = segment.path(kind)
            guard try services.fileSystem.status(of: path) != nil else { continue }
            try services.fileSystem.remove(path)
        }
    }
}
