internal import Synchronization

// What the commit log does with one partition: takes its batches, and applies them once they are
// synced. Between the calls here its caller holds no lock of the partition.
extension PartitionLog {
    /// From this size on a batch is not written twice: it goes to its segment at once, and the
    /// commit log says only that it counts.
    static let directByteCountMin = 256 << 10

    /// Adds a batch to the open group; under the writer's lock.
    func add(
        _ bytes: RawSpan, _ facts: BatchFacts, _ wait: Wait, _ writer: inout PartitionWriter
    ) throws(LogFailure) -> Obstacle? {
        let isDirect = bytes.byteCount >= Self.directByteCountMin
        do throws(IOFailure) {
            // Once it is committed it has to find its place.
            try writer.active?.reserve(bytes.byteCount)
            if isDirect { try writer.active?.writeAhead(bytes) }
        } catch { throw .inputOutput(partition, error) }
        guard
            let target = target(of: facts, isAwaitedWritten: wait == .write, writer)
        else { preconditionFailure("a batch was added to a log without an active segment") }
        switch services.commitLog.add(bytes, to: target, isDirect: isDirect) {
        case .full: return .group
        case .noRoom: return .room
        case .stopped(let failure):
            writer.refusal = writer.refusal ?? .stopped(partition, failure)
            throw .stopped(partition, failure)
        case .added(let run):
            writer.active?.run = run
            writer.active?.accept(facts, indexBytes: writer.configuration.segmentIndexBytes)
            return nil
        }
    }

    /// Where in the active segment a batch goes.
    func target(
        of facts: BatchFacts, isAwaitedWritten: Bool, _ writer: borrowing PartitionWriter
    ) -> OpenGroup.Target? {
        guard let active = writer.active, let file = active.file else { return nil }
        return OpenGroup.Target(
            log: self, segment: active.segment, file: file,
            position: FilePosition(active.byteCount), nextOffset: facts.nextOffset,
            run: active.run, isAwaitedWritten: isAwaitedWritten)
    }

    // MARK: Once it is written, synced, applied

    /// Ends the wait of those who wait for the write only.
    func finishWritten(upTo end: Offset) {
        writer.withLock { $0.waiters.finishWritten(upTo: end) }
    }

    /// What is to be done with a run of a group that is synced.
    enum Application {
        case now
        /// What came before could not be applied yet, and why.
        case later(IOFailure)
        /// The partition is no more.
        case never
    }

    /// Prepares for the write of a run to its segment: from now on the segment needs a sync.
    func beginApply(_ run: OpenGroup.Run, from fileNumber: UInt64) -> Application {
        writer.withLock { writer in
            if case .deleted? = writer.refusal { return .never }
            writer.uncoveredSince = writer.uncoveredSince ?? fileNumber
            if !run.isDirect { markDirty(run.segment, run.file, &writer) }
            guard !writer.unapplied.isEmpty else { return .now }
            guard case .inputOutput(_, let failure)? = writer.refusal else { return .now }
            return .later(failure)
        }
    }

    private func markDirty(
        _ segment: Segment, _ file: any File, _ writer: inout PartitionWriter
    ) {
        if let active = writer.active, active.segment === segment {
            // It may have been given back meanwhile, when nothing was unsynced.
            if active.file == nil { writer.active?.hold(file) }
            writer.active?.isDirty = true
        } else if !writer.unsyncedFiles.contains(where: { $0 === file }) {
            writer.unsyncedFiles.append(file)
        }
    }

    /// Lets readers see a run that is in its segment.
    func finishApply(_ run: OpenGroup.Run, from fileNumber: UInt64) {
        let end = run.end
        run.segment.publish(upTo: end.position.value)
        visibleEnd.store(end.offset.value, ordering: .sequentiallyConsistent)
        writer.withLock { writer in
            writer.applied = end
            if Mutant.recoveryPointAhead.isOn { writer.recoveryPoint = end }
            // Again: a sync that began between the two calls may not have covered it.
            if !Mutant.uncoveredForgotten.isOn {
                writer.uncoveredSince = writer.uncoveredSince ?? fileNumber
            }
            if !run.isDirect { markDirty(run.segment, run.file, &writer) }
            noteDurable(end.offset, &writer)
        }
    }

    private func noteDurable(_ end: Offset, _ writer: inout PartitionWriter) {
        writer.durableEnd = max(writer.durableEnd, end)
        writer.waiters.finish(upTo: end)
    }

    /// Keeps a committed run that could not be written to its segment: it is durable, and applying
    /// it is tried again; nothing more is accepted meanwhile.
    func keepForLater(_ run: OpenGroup.Run, _ bytes: [UInt8], _ failure: IOFailure) {
        writer.withLock { writer in
            writer.unapplied.append(
                PartitionWriter.Unapplied(
                    segment: run.segment, file: run.file, position: run.position, bytes: bytes,
                    end: run.end))
            writer.refusal = writer.refusal ?? .inputOutput(partition, failure)
            noteDurable(run.nextOffset, &writer)
        }
        requestMaintenance(at: services.time.instant() + .seconds(1))
    }

    /// Tries again what could not be applied.
    ///
    /// - Throws: `.inputOutput` when it cannot be done yet.
    func applyUnapplied() throws(LogFailure) {
        let unapplied = writer.withLock { $0.unapplied }
        guard !unapplied.isEmpty else { return }
        // Nothing is accepted meanwhile, so nobody else writes there.
        for each in unapplied {
            try LogFailure.wrapping(partition) { () throws(IOFailure) in
                try each.file.write(each.bytes.rawSpan, at: each.position)
            }
        }
        finishUnapplied(unapplied)
    }

    private func finishUnapplied(_ applied: [PartitionWriter.Unapplied]) {
        guard let last = applied.last else { return }
        for each in applied { each.segment.publish(upTo: each.end.position.value) }
        visibleEnd.store(last.end.offset.value, ordering: .sequentiallyConsistent)
        writer.withLock { writer in
            for each in applied { markDirty(each.segment, each.file, &writer) }
            writer.applied = last.end
            writer.unapplied.removeFirst(applied.count)
            if writer.unapplied.isEmpty, case .inputOutput? = writer.refusal {
                writer.refusal = nil
            }
        }
        waitingReads.complete(upTo: last.end.offset)
    }

    /// Completes those whose outcome a commit decided; no lock is held.
    func completeCommit() {
        completeWaiters()
        waitingReads.complete(upTo: Offset(visibleEnd.load(ordering: .acquiring)))
    }

    /// Nothing that is not durable will be: the commit log failed.
    ///
    /// - Returns: false when the log was stopped before.
    func stopCommits(_ failure: IOFailure) -> Bool {
        writer.withLock { writer in
            writer.waiters.fail(.stopped(partition, failure))
            switch writer.refusal {
            case .stopped, .deleted: return false
            default:
                writer.refusal = .stopped(partition, failure)
                return true
            }
        }
    }
}
