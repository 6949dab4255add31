internal import Synchronization

// Syncing what was written. The order of the steps is the promise of the engine.
extension PartitionLog {
    /// What one sync covers, as it stood before the sync began.
    private struct Capture {
        var files: [any File]
        var activeFile: (any File)?
        let syncsNames: Bool
        let syncsDirectory: Bool
        let point: PartitionWriter.CommitPoint
        let active: Segment?
        let activeByteCount: Int
        let sealed: [(segment: Segment, byteCount: Int)]
    }

    /// Whether everything before `end` is synced, or will never be; nil while that is open.
    func commitOutcome(of end: Offset) -> Result<Void, LogFailure>? {
        writer.withLock { writer in
            if writer.committed.offset >= end { return .success(()) }
            if let refusal = writer.refusal { return .failure(refusal) }
            return nil
        }
    }

    /// What is to be done once a sync is over and no lock is held.
    ///
    /// Whoever is woken may append, and wait for the next sync, on this very thread.
    struct CommitResult {
        fileprivate(set) var done: [PartitionWriter.CommitWaiter] = []
        fileprivate(set) var failure: LogFailure?
        fileprivate(set) var events: [LogEvent] = []
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
        for waiter in result.done {
            let outcome = result.failure.map { .failure($0) } ?? Result.success(waiter.batch)
            waiter.waiter.complete(outcome)
        }
        for event in result.events { services.onEvent(event) }
        guard result.movedEnd else { return }
        services.checkpointSoon()
        waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
    }

    /// One sync, when no other one of this partition is under way.
    func syncWhileSyncing() -> CommitResult {
        var result = CommitResult()
        guard let capture = writer.withLock({ self.capture(&$0) }) else { return result }
        let started = services.time.instant()
        do throws(IOFailure) {
            for file in capture.files { try file.synchronize() }
            try capture.activeFile?.synchronize()
            // A file is only there if its name is; the partition's own name comes last.
            if capture.syncsNames { try services.fileSystem.synchronizeDirectory(directory) }
            if capture.syncsDirectory {
                try services.fileSystem.synchronizeDirectory(services.directory)
            }
        } catch { return stop(error) }
        result.done = finish(capture)
        result.movedEnd = true
        let took = services.time.instant().nanoseconds - started.nanoseconds
        if took > 1_000_000_000 { result.events = [.slowSync(partition, .nanoseconds(took))] }
        return result
    }

    private func capture(_ writer: inout PartitionWriter) -> Capture? {
        if case .stopped? = writer.refusal { return nil }
        guard !writer.isSynced || writer.committed.offset < writer.nextOffset else { return nil }
        let active = writer.active
        let lastByteCount = view.withLock { $0.segments.last?.byteCount }
        let capture = Capture(
            files: writer.unsyncedFiles,
            activeFile: active.flatMap { $0.isDirty ? $0.file : nil },
            syncsNames: writer.hasUnsyncedNames, syncsDirectory: writer.hasUnsyncedDirectory,
            point: PartitionWriter.CommitPoint(
                offset: writer.nextOffset,
                segment: active?.segment.baseOffset ?? lastBaseOffset(writer.nextOffset),
                position: FilePosition(active?.byteCount ?? lastByteCount ?? 0)),
            active: active?.segment, activeByteCount: active?.byteCount ?? 0,
            sealed: writer.unpublished)
        // Written from now on is the next sync's. A failure stops the partition, so that what is
        // forgotten here is never taken for synced.
        writer.unsyncedFiles = []
        writer.active?.isDirty = false
        writer.hasUnsyncedNames = false
        writer.hasUnsyncedDirectory = false
        writer.unsyncedSince = nil
        writer.unsyncedByteCount = 0
        writer.unpublished = []
        return capture
    }

    private func lastBaseOffset(_ end: Offset) -> Offset {
        view.withLock { $0.segments.last?.baseOffset } ?? end
    }

    private func finish(_ capture: Capture) -> [PartitionWriter.CommitWaiter] {
        writer.withLock { writer in
            writer.committed = capture.point
            for (segment, byteCount) in capture.sealed { segment.publish(upTo: byteCount) }
            // Readers of the other levels see it already.
            if let active = capture.active, active.byteCount < capture.activeByteCount {
                active.publish(upTo: capture.activeByteCount)
            }
            if visibleEnd.load(ordering: .relaxed) < capture.point.offset.value {
                visibleEnd.store(
                    capture.point.offset.value, ordering: .sequentiallyConsistent)
            }
            let first = writer.commitWaiters.partition {
                $0.batch.lastOffset < capture.point.offset
            }
            defer { writer.commitWaiters.removeSubrange(first...) }
            return Array(writer.commitWaiters[first...])
        }
    }

    /// The kernel may have dropped the pages it could not write: never sync again and hope.
    private func stop(_ failure: IOFailure) -> CommitResult {
        var result = CommitResult()
        result.failure = .stopped(partition, failure)
        result.events = [.stopped(partition, failure)]
        result.done = writer.withLock { writer in
            writer.refusal = .stopped(partition, failure)
            return writer.takeWaiters()
        }
        return result
    }
}
