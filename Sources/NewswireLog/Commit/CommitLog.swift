internal import Synchronization

/// The commit log of a directory: what is appended to `synced` topics is written here first, for
/// all partitions together, and to the segments once it is synced.
///
/// Appends go into the open group, under its lock. Whoever holds the commit slot swaps it for the
/// next one, writes it to the redo file, syncs that, and applies it to the segments: into the page
/// cache, where readers see it. A pass of the checkpoint syncs the segments later, all at once;
/// then a head says so, and the redo file is free.
final class CommitLog: Sendable {
    /// What became of a batch that was to be added to the open group.
    enum Addition {
        case added(OpenGroup.RunID?)
        /// A group has to be committed first.
        case full
        /// There is no room in the redo files.
        case noRoom
        /// Nothing is accepted any more.
        case stopped(IOFailure)
    }

    private struct State: ~Copyable {
        var current: RedoFile?
        /// Where in it the next group goes.
        var end = 0
        /// Those that come next, by number; a larger one never takes the number of one that is
        /// there, which may come into use while the larger one is made.
        var spares: [RedoFile] = []
        /// The group that is not open: being committed, or empty.
        var idle = OpenGroup()
        var groupCount: UInt64 = 1
        /// The sequence of the last group.
        var sequence: UInt64
        /// The redo files that are there, rising; without the spare ones.
        var numbers: [UInt64]
        /// The number of the redo file that is made next.
        var nextNumber: UInt64
        /// The first redo file that is not covered yet, for the newest head.
        var uncoveredNumber: UInt64 = 0
        /// How much may be uncovered before the segments are to be synced.
        var coveringByteCount = CommitLog.coveringByteCountMin

        /// The size of the next redo file.
        var byteCapacity: Int { min(coveringByteCount, CommitLog.byteCapacityMax) }

        /// How many bytes the files before the one in use have that are not covered, at most.
        var uncoveredByteCount: Int {
            numbers.count { $0 >= uncoveredNumber && $0 != current?.number } * byteCapacity
        }

        /// The number that a file of `byteCount` bytes gets as a spare one; nil when it is none.
        ///
        /// As many are kept as come into use until the next ones are free. A smaller one is better
        /// than none: on a full disk no larger one can be made.
        func numberOfSpare(_ byteCount: Int) -> UInt64? {
            let wanted = byteCount < byteCapacity ? 1 : max(1, coveringByteCount / byteCapacity)
            let isInUse = groupCount > 1 && byteCount > RedoGroup.pageByteCount
            return isInUse && spares.count < wanted ? nextNumber : nil
        }

        /// How large a group may be that is opened while one of `pagesByteCount` is written.
        func room(after pagesByteCount: Int) -> Int {
            let rest = (current?.byteCapacity ?? 0) - end - pagesByteCount
            let spareRest = (spares.last?.byteCapacity ?? 0) - RedoGroup.pageByteCount
            guard rest < 0 else { return max(rest, spareRest) }
            return spareRest - pagesByteCount
        }
    }

    /// From there on files do not get larger, but more: they are used again and again, and none is
    /// made, filled and thrown away only because there is a larger one.
    static let byteCapacityMax = 16 << 20
    static let coveringByteCountMin = 1 << 20
    static let coveringByteCountMax = 256 << 20

    private let files: RedoFiles
    private let open: Mutex<OpenGroup>
    private let state: Mutex<State>
    private let currentNumber: Atomic<UInt64>
    private let syncedSequence: Atomic<UInt64>
    private let wantsCovering = Atomic(false)
    /// One spare file is made at a time.
    private let preparing = Mutex(())
    private let time: any TimeSource

    /// A commit log that goes on behind what was replayed.
    init(_ files: RedoFiles, after replayed: CommitLogReplay.Outcome, time: any TimeSource) {
        self.files = files
        self.time = time
        open = Mutex(OpenGroup())
        state = Mutex(
            State(
                sequence: replayed.lastSequence, numbers: replayed.numbers,
                nextNumber: replayed.nextNumber))
        // Everything in the files that are there was applied when they were read.
        currentNumber = Atomic(replayed.nextNumber)
        syncedSequence = Atomic(replayed.lastSequence)
    }

    /// The redo file that groups go to: none that is not applied yet is in an older one.
    var fileNumber: UInt64 { currentNumber.load(ordering: .acquiring) }

    /// The sequence of the last group that was synced.
    var lastSequence: UInt64 { syncedSequence.load(ordering: .acquiring) }

    // MARK: Adding

    /// Adds `batch` to the open group.
    func add(_ batch: RawSpan, to target: OpenGroup.Target, isDirect: Bool) -> Addition {
        let cost = OpenGroup.cost(isDirect ? 0 : batch.byteCount, to: target.log.partition)
        return accept(cost) { group in
            guard isDirect else { return group.add(batch, to: target) }
            group.addDirect(batch.byteCount, to: target)
            return nil
        }
    }

    /// Adds all of several batches, or none.
    func add(_ parts: [AtomicPart]) -> Addition {
        accept(parts.reduce(0) { $0 + $1.cost }) { group in
            for part in parts { _ = group.add(part.bytes.rawSpan, to: part.target) }
            return nil
        }
    }

    /// Says that a partition is no more, with the next commit.
    func addRemoval(
        of partition: TopicPartition, _ identity: PartitionIdentity
    ) -> Addition {
        accept(OpenGroup.cost(0, to: partition)) { group in
            group.addRemoval(of: partition, identity)
            return nil
        }
    }

    /// Lets `body` add `cost` bytes to the open group, if they fit.
    private func accept(
        _ cost: Int, _ body: (inout OpenGroup) -> OpenGroup.RunID?
    ) -> Addition {
        open.withLock { group in
            if let failure = group.failure { return .stopped(failure) }
            guard group.fits(cost) else { return group.isEmpty ? .noRoom : .full }
            return .added(body(&group))
        }
    }

    /// Whether there are redo files, which may hold something of any partition.
    var isUsed: Bool { state.withLock { !$0.spares.isEmpty || !$0.numbers.isEmpty } }

    /// Why nothing is committed any more; nil while it is.
    var failure: IOFailure? { open.withLock { $0.failure } }

    /// Whether there is nothing to commit.
    var isEmpty: Bool { open.withLock { $0.isEmpty || $0.failure != nil } }

    /// Has room in the redo files for an append of `cost` bytes.
    ///
    /// - Throws: what the disk says; nothing has changed.
    func makeRoom(for cost: Int) throws(IOFailure) {
        let needed = RedoGroup.wholePages(RedoGroup.Layout.headerByteCount + cost)
        try prepareSpare { state in
            guard state.room(after: 0) < needed else { return nil }
            return max(state.byteCapacity, RedoGroup.pageByteCount + needed)
        }
    }

    /// Has a spare file of the right size, if the commit log is in use.
    func prepareSpare() throws(IOFailure) {
        try prepareSpare { state in
            guard state.current != nil else { return nil }
            let byteCapacity = state.spares.last?.byteCapacity ?? 0
            return byteCapacity < state.byteCapacity ? state.byteCapacity : nil
        }
    }

    /// Makes a spare file of the size that `wanted` answers; one that is there is used before it.
    private func prepareSpare(_ wanted: (borrowing State) -> Int?) throws(IOFailure) {
        try preparing.withLock { _ throws(IOFailure) in
            let order: (number: UInt64, byteCapacity: Int)? = state.withLock { state in
                wanted(state).map { (state.nextNumber, $0) }
            }
            // Without the lock: commits go on meanwhile.
            let spare = try order.map { order throws(IOFailure) in
                try files.make(order.number, order.byteCapacity)
            }
            state.withLock { state in
                if let spare { keep(spare, &state) }
                raiseRoom(state)
            }
        }
    }

    private func keep(_ spare: RedoFile, _ state: inout State) {
        state.spares.append(spare)
        state.nextNumber = spare.number + 1
    }

    private func raiseRoom(_ state: borrowing State) {
        let room = state.room(after: 0)
        open.withLock { $0.room = max($0.room, room) }
    }

    // MARK: Committing

    /// Commits the open group, if there is anything in it; one caller at a time.
    ///
    /// - Returns: the logs that have somebody to complete.
    func commit() -> CommittedGroup {
        var outcome = CommittedGroup()
        state.withLock { state in
            guard beginCommit(&state) else { return }
            outcome.logs = state.idle.runs.map(\.log)
            do throws(IOFailure) {
                try synchronizeDirect(state.idle, &outcome.syncs)
                let file = try write(&state)
                for run in state.idle.runs where run.isAwaitedWritten {
                    run.log.finishWritten(upTo: run.nextOffset)
                }
                if Mutant.appliedUnsynced.isOn { apply(state.idle, from: file.number) }
                let started = time.instant()
                try file.file.synchronize()
                outcome.took = .nanoseconds(time.instant().nanoseconds - started.nanoseconds)
                syncedSequence.store(state.sequence, ordering: .releasing)
                apply(state.idle, from: file.number)
            } catch { stop(error, &state, &outcome) }
            // It holds files open.
            state.idle.reset(number: 0)
        }
        return outcome
    }

    private func beginCommit(_ state: inout State) -> Bool {
        open.withLock { group in
            guard !group.isEmpty, group.failure == nil else { return false }
            swap(&group, &state.idle)
            state.groupCount += 1
            group.reset(number: state.groupCount)
            group.room = state.room(after: state.idle.pagesByteCount)
            return true
        }
    }

    /// What stands in segments already has to be durable before the group says that it counts.
    private func synchronizeDirect(
        _ group: borrowing OpenGroup, _ results: inout [(PartitionLog, PartitionLog.SyncResult)]
    ) throws(IOFailure) {
        for run in group.runs where run.isDirect && !Mutant.directUnsynced.isOn {
            results.append((run.log, try run.log.synchronizeDirect()))
        }
    }

    private func write(_ state: inout State) throws(IOFailure) -> RedoFile {
        let file = self.file(for: state.idle.pagesByteCount, &state)
        state.sequence += 1
        state.idle.seal(sequence: state.sequence, in: file.number, seed: file.seed)
        try file.file.write(state.idle.pages, at: FilePosition(state.end))
        state.end += state.idle.pagesByteCount
        return file
    }

    /// The redo file that the next group goes to: the one that is there, or the first spare one
    /// that it fits into; those before that are passed over.
    private func file(for pagesByteCount: Int, _ state: inout State) -> RedoFile {
        if let current = state.current, pagesByteCount <= current.byteCapacity - state.end {
            return current
        }
        let fitting = state.spares.firstIndex {
            pagesByteCount <= $0.byteCapacity - RedoGroup.pageByteCount
        }
        guard let fitting else {
            preconditionFailure("a group was accepted for which there is no room")
        }
        let spare = state.spares[fitting]
        state.numbers += state.spares[...fitting].map(\.number)
        state.spares.removeSubrange(...fitting)
        state.current = spare
        state.end = RedoGroup.pageByteCount
        currentNumber.store(spare.number, ordering: .releasing)
        wishForCovering(&state)
        return spare
    }

    private func wishForCovering(_ state: inout State) {
        let uncovered = state.uncoveredByteCount
        // With no spare file there is something to prepare, too.
        guard uncovered >= state.coveringByteCount || state.spares.isEmpty else { return }
        wantsCovering.store(true, ordering: .releasing)
        // It cannot keep up: syncs of more at a time cost less.
        if uncovered >= 2 * state.coveringByteCount {
            state.coveringByteCount = min(
                2 * state.coveringByteCount, Self.coveringByteCountMax)
        }
    }

    private func apply(_ group: borrowing OpenGroup, from fileNumber: UInt64) {
        for run in group.runs {
            switch run.log.beginApply(run, from: fileNumber) {
            case .now: apply(run, of: group, from: fileNumber)
            case .later(let failure):
                run.log.keepForLater(run, group.copyBatches(of: run), failure)
            case .never: continue
            }
        }
    }

    private func apply(
        _ run: OpenGroup.Run, of group: borrowing OpenGroup, from fileNumber: UInt64
    ) {
        do throws(IOFailure) {
            try group.write(run)
            run.log.finishApply(run, from: fileNumber)
        } catch {
            run.log.keepForLater(run, group.copyBatches(of: run), error)
        }
    }

    /// Nothing that was not synced counts, and nothing more is accepted: the kernel may have
    /// dropped what it could not write.
    private func stop(
        _ failure: IOFailure, _ state: inout State, _ outcome: inout CommittedGroup
    ) {
        outcome.logs += open.withLock { group in
            group.failure = failure
            return group.runs.map(\.log)
        }
        outcome.failure = failure
        outcome.stopped = outcome.logs.filter { $0.stopCommits(failure) }
    }

    // MARK: Covering

    /// Whether segments should be synced soon; asked once for each redo file that is full.
    func takeCoveringWish() -> Bool { wantsCovering.exchange(false, ordering: .acquiring) }

    /// How many bytes the redo files may hold before appends wait for the segments' syncs.
    static let uncoveredByteCountMax = 1 << 30

    /// Whether so much is uncovered that appends have to wait.
    var isOverdue: Bool {
        state.withLock { state in
            state.numbers.count > 2
                && state.numbers.count * state.byteCapacity > Self.uncoveredByteCountMax
        }
    }

    /// Gives redo files back that no head needs which is kept: those before `number`.
    ///
    /// As many as will come into use are kept as spare ones. The newest head needs none before
    /// `uncovered`.
    func free(before number: UInt64, uncovered: UInt64) throws(IOFailure) {
        try preparing.withLock { _ throws(IOFailure) in
            var free: [UInt64] = []
            state.withLock { state in
                state.uncoveredNumber = uncovered
                free = state.numbers.filter { $0 < number && $0 != state.current?.number }
                state.numbers.removeAll { free.contains($0) }
            }
            // The last ones are the largest.
            for number in free.reversed() { try giveBack(number) }
        }
    }

    /// Makes a spare file of one that is free, or removes it; while none is being made.
    private func giveBack(_ number: UInt64) throws(IOFailure) {
        let byteCount = try files.byteCount(of: number)
        guard let next = state.withLock({ $0.numberOfSpare(byteCount) }) else {
            return try files.remove(number)
        }
        let spare = try files.recycle(number, as: next)
        state.withLock { state in
            keep(spare, &state)
            raiseRoom(state)
        }
    }

    /// Ends the redo file in use: once heads say that nobody needs it, it is given back.
    ///
    /// - Returns: false while there is something to commit.
    func retireCurrent() -> Bool {
        state.withLock { state in
            open.withLock { group in
                guard group.isEmpty else { return false }
                state.current = nil
                state.end = 0
                group.room = state.room(after: 0)
                let next = state.spares.first?.number ?? state.nextNumber
                currentNumber.store(next, ordering: .releasing)
                return true
            }
        }
    }

    /// The number behind all redo files that are there.
    var endNumber: UInt64 { state.withLock { $0.nextNumber } }
}

/// What one commit did.
struct CommittedGroup {
    /// The logs in it; one may come twice.
    var logs: [PartitionLog] = []
    /// The syncs of segments that had to come first.
    var syncs: [(PartitionLog, PartitionLog.SyncResult)] = []
    /// How long the sync of the redo file took.
    var took = Duration.zero
    /// Why the directory commits nothing more, and the logs that heard of it first.
    var failure: IOFailure?
    var stopped: [PartitionLog] = []
}
