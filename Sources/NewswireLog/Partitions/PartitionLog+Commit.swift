internal import Synchronization

// Syncing what was written. The order of the steps is the promise of the engine.
extension PartitionLog {
    /// What one sync covers, as it stood before the sync began.
    private struct Capture {
        let files: UnsyncedFiles
        let syncsNames: Bool
        let syncsDirectory: Bool
        let point: PartitionWriter.CommitPoint
        let active: Segment?
        let activeByteCount: Int
        let sealed: [(segment: Segment, byteCount: Int)]
    }

    /// The files of a capture: each is let go once it is synced, so that there are descriptors for
    /// the directories that follow.
    private final class UnsyncedFiles {
        private var files: [any File]

        init(_ files: [any File]) { self.files = files }

        func synchronize() throws(IOFailure) {
            while let file = files.popLast() { try file.synchronize() }
        }
    }

    /// Whether everything before `end` is synced, or will never be; nil while that is open.
    func commitOutcome(of end: Offset) -> Result<Void, LogFailure>? {
        writer.withLock { writer in
            if writer.committed.offset >= end { return .success(()) }
            switch writer.refusal {
            case nil: return nil
            case .closed? where !writer.isAbandoned: return nil  // What was accepted is committed.
            case .some(let refusal): return .failure(refusal)
            }
        }
    }

    /// What is to be done once a sync is over and no lock is held.
    ///
    /// Whoever is woken may append, and wait for the next sync, on this very thread.
    struct CommitResult {
        fileprivate(set) var events: [LogEvent] = []
        /// Whether more is durable than before, and whether readers see more.
        fileprivate(set) var isSynced = false
        fileprivate(set) var movedEnd = false
    }

    /// Syncs everything written so far and completes those who wait for it.
    func commit() { complete(sync()) }

    /// Syncs everything written so far; the caller completes those who wait for it.
    func sync() -> CommitResult {
        leaveList()
        // Whoever appended before the mark was taken back is covered by the capture that follows.
        return syncing.withLock { _ in syncWhileSyncing() }
    }

    /// Completes those who waited for a sync.
    func complete(_ result: CommitResult) {
        completeWaiters()
        for event in result.events { services.onEvent(event) }
        if result.isSynced { services.checkpointSoon() }
        guard result.movedEnd else { return }
        waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
    }

    /// One sync, when no other one of this partition is under way.
    private func syncWhileSyncing() -> CommitResult {
        guard let capture = writer.withLock({ self.capture(&$0) }) else { return CommitResult() }
        return sync(capture)
    }

    /// The same for a caller that may hold locks of other partitions; nil when this one is busy.
    func syncIfIdle() -> CommitResult? {
        var isIdle = false
        let capture: Capture? =
            writer.withLockIfAvailable { writer in
                isIdle = writer.wakesNobody
                return isIdle ? self.capture(&writer) : nil
            } ?? nil
        guard isIdle else { return nil }
        return capture.map(sync) ?? CommitResult()
    }

    private func sync(_ capture: Capture) -> CommitResult {
        let started = services.time.instant()
        do throws(IOFailure) {
            try capture.files.synchronize()
            // A file is only there if its name is; the partition's own name comes last.
            if capture.syncsNames { try synchronizeNames(in: directory) }
            if capture.syncsDirectory { try synchronizeNames(in: services.directory) }
        } catch { return stop(error) }
        var result = finish(capture)
        let took = services.time.instant().nanoseconds - started.nanoseconds
        if took > 1_000_000_000 { result.events = [.slowSync(partition, .nanoseconds(took))] }
        return result
    }

    /// Syncs a directory; when no other partition can spare the descriptor, this one's own goes.
    private func synchronizeNames(in directory: String) throws(IOFailure) {
        do throws(IOFailure) {
            try services.synchronizeDirectory(directory)
        } catch  where error.isOutOfDescriptors && giveBackIfSynced() {
            try services.synchronizeDirectory(directory)
        }
    }

    private func capture(_ writer: inout PartitionWriter) -> Capture? {
        switch writer.refusal {
        case .stopped, .deleted: return nil
        default: break  // A closed log still commits what it accepted, while it has its files.
        }
        guard !writer.isAbandoned else { return nil }
        guard !writer.isSynced || writer.committed.offset < writer.nextOffset else { return nil }
        let active = writer.active
        var files = writer.unsyncedFiles
        if let active, active.isDirty, let file = active.file { files.append(file) }
        let capture = Capture(
            files: UnsyncedFiles(files), syncsNames: writer.hasUnsyncedNames,
            syncsDirectory: writer.hasUnsyncedDirectory,
            point: point(writer), active: active?.segment, activeByteCount: active?.byteCount ?? 0,
            sealed: writer.unpublished)
        // Written from now on is the next sync's. A failure stops the partition, so that what is
        // forgotten here is never taken for synced.
        writer.unsyncedFiles = []
        writer.active?.isDirty = false
        writer.hasUnsyncedNames = false
        writer.hasUnsyncedDirectory = false
        writer.unsyncedSince = nil
        writer.unsyncedByteCount = 0
        return capture
    }

    /// The end of what is written, and where that is.
    private func point(_ writer: borrowing PartitionWriter) -> PartitionWriter.CommitPoint {
        let end = writer.nextOffset
        if let active = writer.active {
            return PartitionWriter.CommitPoint(
                offset: end, segment: active.segment.baseOffset,
                position: FilePosition(active.byteCount))
        }
        guard let last = view.withLock({ $0.segments.last }) else {
            return PartitionWriter.CommitPoint(offset: end, segment: end, position: .start)
        }
        // Readers of a `synced` topic may not see all of a segment that was just ended.
        let hidden = writer.unpublished.last.flatMap { $0.segment === last ? $0.byteCount : nil }
        return PartitionWriter.CommitPoint(
            offset: end, segment: last.baseOffset,
            position: FilePosition(hidden ?? last.byteCount))
    }

    private func finish(_ capture: Capture) -> CommitResult {
        var result = CommitResult()
        result.isSynced = true
        writer.withLock { writer in
            writer.committed = capture.point
            for (segment, byteCount) in capture.sealed { segment.publish(upTo: byteCount) }
            // Not before: when the topic stops being `synced` meanwhile, an append publishes them.
            writer.unpublished.removeAll { hidden in
                capture.sealed.contains { $0.segment === hidden.segment }
            }
            // Readers of the other levels see it already.
            if let active = capture.active, active.byteCount < capture.activeByteCount {
                active.publish(upTo: capture.activeByteCount)
            }
            if visibleEnd.load(ordering: .relaxed) < capture.point.offset.value {
                visibleEnd.store(
                    capture.point.offset.value, ordering: .sequentiallyConsistent)
                result.movedEnd = true
            }
            writer.waiters.finish(upTo: capture.point.offset)
        }
        return result
    }

    /// The kernel may have dropped the pages it could not write: never sync again and hope.
    private func stop(_ failure: IOFailure) -> CommitResult {
        var result = CommitResult()
        result.events = [.stopped(partition, failure)]
        SyncFailureNote(in: directory, on: services.fileSystem).leave()
        writer.withLock { writer in
            writer.refusal = .stopped(partition, failure)
            writer.waiters.fail(.stopped(partition, failure))
        }
        return result
    }

    /// Completes whose outcome is known, in the order of their appends.
    ///
    /// Called with no lock held. A thread that is completing others takes over what comes
    /// meanwhile.
    func completeWaiters() {
        while true {
            let finished = writer.withLock { $0.waiters.beginCompleting() }
            guard !finished.isEmpty else { return }
            for each in finished { each.waiter.complete(each.outcome) }
            writer.withLock { $0.waiters.endCompleting() }
        }
    }
}
