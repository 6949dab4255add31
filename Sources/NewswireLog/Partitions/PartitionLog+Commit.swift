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

    /// Syncs everything written so far and completes those who wait for it.
    func commit() {
        leaveList()
        // Whoever appended before the mark was taken back is covered by the capture that follows.
        syncing.withLock { _ in commitWhileSyncing() }
    }

    /// The same, when no other sync of this partition is under way.
    func commitWhileSyncing() {
        guard let capture = writer.withLock({ self.capture(&$0) }) else { return }
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
        finish(capture)
        let took = services.time.instant().nanoseconds - started.nanoseconds
        if took > 1_000_000_000 {
            services.onEvent(.slowSync(partition, .nanoseconds(took)))
        }
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
        active?.isDirty = false
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

    private func finish(_ capture: Capture) {
        let done = writer.withLock { writer in
            writer.committed = capture.point
            for (segment, byteCount) in capture.sealed { segment.publish(upTo: byteCount) }
            if writer.configuration.durability == .synced {
                if let active = capture.active, active.byteCount < capture.activeByteCount {
                    active.publish(upTo: capture.activeByteCount)
                }
                visibleEnd.store(
                    max(capture.point.offset.value, visibleEnd.load(ordering: .relaxed)),
                    ordering: .sequentiallyConsistent)
            }
            let first = writer.commitWaiters.partition {
                $0.batch.lastOffset < capture.point.offset
            }
            defer { writer.commitWaiters.removeSubrange(first...) }
            return Array(writer.commitWaiters[first...])
        }
        services.checkpointSoon()
        // After unlock, in bulk: whoever is woken may append at once.
        for waiter in done { waiter.waiter.complete(.success(waiter.batch)) }
        waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
    }

    /// The kernel may have dropped the pages it could not write: never sync again and hope.
    private func stop(_ failure: IOFailure) {
        let waiters = writer.withLock { writer in
            writer.refusal = .stopped(partition, failure)
            return writer.takeWaiters()
        }
        for waiter in waiters { waiter.waiter.complete(.failure(.stopped(partition, failure))) }
        services.onEvent(.stopped(partition, failure))
    }
}
