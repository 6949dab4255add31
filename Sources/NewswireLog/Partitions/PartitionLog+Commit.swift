internal import Synchronization

// Syncing what was written to the segments: for the levels below `synced` that makes it durable,
// for `synced` topics it frees the commit log. The order of the steps is the promise of the engine.
extension PartitionLog {
    /// What one sync covers, as it stood before the sync began.
    private struct Capture {
        let files: UnsyncedFiles
        let syncsNames: Bool
        let syncsDirectory: Bool
        let end: PartitionWriter.Place
        /// Whether it covers everything that the commit log holds of the partition.
        let covers: Bool
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

    /// Whether everything before `end` is durable, or will never be; nil while that is open.
    func commitOutcome(of end: Offset) -> Result<Void, LogFailure>? {
        writer.withLock { writer in
            if writer.durableEnd >= end || Mutant.acknowledgedUnsynced.isOn { return .success(()) }
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
    struct SyncResult {
        fileprivate(set) var events: [LogEvent] = []
        /// Whether more is synced than before.
        fileprivate(set) var isSynced = false
    }

    /// Syncs everything that is in the segments and completes those who wait for it.
    func cover() { complete(sync()) }

    /// The same for a caller who builds on it.
    ///
    /// - Throws: `.stopped` when it failed.
    func coverForSure() throws(LogFailure) {
        cover()
        if case .stopped(let partition, let failure)? = writer.withLock({ $0.refusal }) {
            throw .stopped(partition, failure)
        }
    }

    /// Lets the disk begin with what ``cover()`` is going to sync.
    func beginCovering() {
        let file = writer.withLock { writer in
            writer.active.flatMap { $0.isDirty ? $0.file : nil }
        }
        do throws(IOFailure) {
            try file?.beginWriteback()
        } catch {
            // The sync will say so.
            return
        }
    }

    /// Syncs everything that is in the segments; the caller completes those who wait for it.
    func sync() -> SyncResult {
        leaveList()
        // Whoever appended before the mark was taken back is covered by the capture that follows.
        return syncing.withLock { _ in syncWhileSyncing() }
    }

    /// The sync before a commit that says that large batches in the segments count.
    func synchronizeDirect() throws(IOFailure) -> SyncResult {
        let result = sync()
        if case .stopped(_, let failure)? = writer.withLock({ $0.refusal }) { throw failure }
        return result
    }

    /// Completes those who waited for a sync.
    func complete(_ result: SyncResult) {
        completeWaiters()
        for event in result.events { services.onEvent(event) }
        if result.isSynced { services.checkpointSoon() }
    }

    /// One sync, when no other one of this partition is under way.
    private func syncWhileSyncing() -> SyncResult {
        guard let capture = writer.withLock({ self.capture(&$0) }) else { return SyncResult() }
        return sync(capture)
    }

    /// The same for a caller that may hold locks of other partitions; nil when this one is busy.
    func syncIfIdle() -> SyncResult? {
        var isIdle = false
        let capture: Capture? =
            writer.withLockIfAvailable { writer in
                isIdle = writer.isIdle
                return isIdle ? self.capture(&writer) : nil
            } ?? nil
        guard isIdle else { return nil }
        return capture.map(sync) ?? SyncResult()
    }

    private func sync(_ capture: Capture) -> SyncResult {
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
        default: break  // A closed log still syncs what it accepted, while it has its files.
        }
        guard !writer.isAbandoned else { return nil }
        guard !writer.isSynced || writer.recoveryPoint.offset < writer.applied.offset else {
            return nil
        }
        let active = writer.active
        var files = writer.unsyncedFiles
        if let active, active.isDirty, let file = active.file { files.append(file) }
        // What could not be applied yet stays in the commit log.
        let covers = writer.unapplied.isEmpty
        let capture = Capture(
            files: UnsyncedFiles(files), syncsNames: writer.hasUnsyncedNames,
            syncsDirectory: writer.hasUnsyncedDirectory, end: writer.applied, covers: covers)
        // Written from now on is the next sync's. A failure stops the partition, so that what is
        // forgotten here is never taken for synced.
        if covers {
            writer.coveringSince = Mutant.coveringForgotten.isOn ? nil : writer.uncoveredSince
            writer.uncoveredSince = nil
        }
        writer.unsyncedFiles = []
        writer.active?.isDirty = false
        writer.hasUnsyncedNames = false
        writer.hasUnsyncedDirectory = false
        writer.unsyncedSince = nil
        writer.unsyncedByteCount = 0
        return capture
    }

    private func finish(_ capture: Capture) -> SyncResult {
        var result = SyncResult()
        result.isSynced = true
        writer.withLock { writer in
            writer.recoveryPoint = capture.end
            if capture.covers { writer.coveringSince = nil }
            // What is in the segments of a `synced` topic was durable before.
            writer.durableEnd = max(writer.durableEnd, capture.end.offset)
            writer.waiters.finish(upTo: writer.durableEnd)
        }
        return result
    }

    /// The kernel may have dropped the pages it could not write: never sync again and hope.
    private func stop(_ failure: IOFailure) -> SyncResult {
        var result = SyncResult()
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
