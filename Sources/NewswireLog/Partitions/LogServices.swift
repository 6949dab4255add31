internal import Synchronization

/// What the partitions of one directory share.
package final class LogServices: Sendable {
    package let directory: String
    package let fileSystem: any FileSystem
    package let time: any TimeSource
    package let isReadOnly: Bool
    package let onEvent: @Sendable (LogEvent) -> Void

    /// Partitions that keep a descriptor for appends.
    let descriptors: EvictionClock
    /// Segments that keep maps for reads.
    let maps: EvictionClock
    let commitLog: CommitLog
    let commits: CommitSlot
    let partitions = PartitionTable()
    let spares = SpareBatches()
    let jointSyncs = JointSyncs()
    let maintenance: MaintenanceSchedule
    let scrub: Scrub
    /// The directory's lock, held here because a log in use must not lose it; nil when the
    /// directory is only read.
    let lock: DirectoryLock?
    private let hasThreads: Bool
    /// Nil when the directory is only read.
    private let checkpoint: Checkpoint?
    /// What the checkpoint at the open says of partitions that were not opened since.
    private let unopened: Mutex<CheckpointFacts>

    /// What opening the directory brought.
    struct Opened {
        /// Nil when the directory is only read.
        var lock: DirectoryLock?
        /// Nil when the directory is only read.
        var checkpoint: Checkpoint?
        var commitLog: CommitLog
        var found: CheckpointFacts
    }

    init(directory: String, _ options: LogDirectoryOptions, _ opened: Opened) {
        commitLog = opened.commitLog
        lock = opened.lock
        unopened = Mutex(opened.found)
        checkpoint = opened.checkpoint
        self.directory = directory
        fileSystem = options.fileSystem
        time = options.time
        isReadOnly = options.mode == .readOnly
        onEvent = options.onEvent
        descriptors = EvictionClock(capacity: options.budget.descriptors)
        maps = EvictionClock(capacity: options.budget.maps)
        hasThreads = options.threads == .own
        commits = CommitSlot(commitLog, time: options.time, hasThreads: options.threads == .own)
        maintenance = MaintenanceSchedule(time: options.time)
        scrub = Scrub(bytesPerSecond: options.scrubBytesPerSecond)
    }

    // MARK: The checkpoint

    /// Asks for a checkpoint before long: something was synced.
    func checkpointSoon() { requestCheckpoint(isUrgent: false) }

    private func requestCheckpoint(isUrgent: Bool) {
        guard let due = checkpoint?.request(isUrgent: isUrgent) else { return }
        maintenance.request(at: due)
    }

    /// Reports what happened in a commit, and asks for a checkpoint: at once when a redo file is
    /// full.
    func note(_ committed: CommittedGroup) {
        if let failure = committed.failure {
            for log in committed.stopped { onEvent(.stopped(log.partition, failure)) }
        } else if let log = committed.logs.first, committed.took > .seconds(1) {
            onEvent(.slowSync(log.partition, committed.took))
        }
        requestCheckpoint(isUrgent: commitLog.takeCoveringWish())
    }

    /// Whether there is a checkpoint.
    var hasCheckpoint: Bool { checkpoint?.isBegun ?? false }

    /// When the next checkpoint is due; nil when nothing changed.
    var checkpointDue: Instant? { checkpoint?.due }

    /// Syncs the segments with what the commit log holds, says so in a head, and gives the redo
    /// files back that nobody needs any more.
    func coverAndCheckpoint() throws(LogFailure) {
        let logs = partitions.all.filter(\.needsCovering)
        // The disk begins with all of them before anybody waits for one.
        for log in logs { log.beginCovering() }
        for log in logs { log.cover() }
        try checkpointNow()
        try LogFailure.wrapping(nil) { () throws(IOFailure) in try commitLog.prepareSpare() }
    }

    /// Has room in the redo files for an append of `cost` bytes; where the segments' syncs are far
    /// behind, they come first.
    func makeRoom(for cost: Int) throws(IOFailure) {
        if commitLog.isOverdue {
            do throws(LogFailure) {
                try coverAndCheckpoint()
            } catch { if case .inputOutput(_, let failure) = error { throw failure } }
        }
        do throws(IOFailure) {
            try commitLog.makeRoom(for: cost)
        } catch  where error.isDiskFull {
            // Whoever wants to free space has to be able to say so in `__metadata`.
            try reuseRedoFile(because: error)
            try commitLog.makeRoom(for: cost)
        }
    }

    /// Has the redo file in use given back, on a disk that has no room for another one.
    private func reuseRedoFile(because failure: IOFailure) throws(IOFailure) {
        commits.commitOpenGroup()
        for log in partitions.all.filter(\.needsCovering) { log.cover() }
        guard commitLog.retireCurrent() else { return }
        do throws(LogFailure) {
            // Twice: the head before the newest is kept, and must not need the file either.
            try checkpointNow()
            try checkpointNow()
        } catch { throw failure }
    }

    /// Writes a checkpoint; on return it is durable.
    func checkpointNow() throws(LogFailure) {
        guard let checkpoint else { return }
        try synchronizeJointly()
        for log in partitions.all { log.fileIndexes() }
        do throws(IOFailure) {
            try checkpoint.write(isClean: false) {
                // Before the logs are asked: a group that is not applied yet is in no older file.
                headFacts(firstFile: commitLog.fileNumber)
            }
            try commitLog.free(
                before: checkpoint.firstFile, uncovered: checkpoint.uncoveredFile)
        } catch { throw .inputOutput(nil, error) }
    }

    /// Writes the last checkpoint of a directory that is closed in order, and Kafka's.
    func checkpointAtClose() throws(LogFailure) {
        try synchronizeJointly()
        // All is in the segments, and nothing more comes.
        let facts = headFacts(firstFile: commitLog.endNumber)
        guard let checkpoint, !facts.entries.isEmpty || hasCheckpoint else { return }
        // What was not closed in order, nor opened since, still has to be verified one day.
        let isClean = unopened.withLock { $0.isClean || $0.entries.isEmpty }
        do throws(IOFailure) {
            try checkpoint.write(isClean: isClean) { facts }
            try commitLog.free(
                before: checkpoint.firstFile, uncovered: checkpoint.uncoveredFile)
            // A broker would believe them unread, too.
            if isClean {
                try KafkaCheckpoints.write(facts.entries, in: directory, on: fileSystem)
            }
        } catch { throw .inputOutput(nil, error) }
    }

    /// What a head says now, when no log needs a redo file before `firstFile`.
    private func headFacts(firstFile: UInt64) -> Checkpoint.Facts {
        let lastSequence = commitLog.lastSequence
        var facts = Checkpoint.Facts(
            entries: unopened.withLock { Array($0.entries.values) }, firstFile: firstFile,
            lastSequence: lastSequence)
        for log in partitions.all {
            guard let found = log.headFacts else { continue }
            facts.entries.append(found.entry)
            facts.firstFile = min(facts.firstFile, found.neededFile ?? .max)
        }
        // In the order of their numbers: what is written does not hang on a hash table.
        facts.entries.sort {
            ($0.identity.id, $0.partition) < ($1.identity.id, $1.partition)
        }
        return facts
    }

    /// What was known of a partition before it was opened.
    struct Found {
        var entry: RedoHead.Entry?
        var isClean: Bool
        var isWhole: Bool
        var replayed: CommitLogReplay.Replayed?
        /// The first segment that is not believed unread; nil when all are that may be.
        var doubtfulSegment: Offset?
    }

    /// Takes over what the checkpoint at the open says of a partition, or of one that goes.
    func takeEntry(of identity: PartitionIdentity) -> Found {
        unopened.withLock { found in
            Found(
                entry: found.entries.removeValue(forKey: identity), isClean: found.isClean,
                isWhole: found.isWhole, replayed: found.replayed.removeValue(forKey: identity),
                doubtfulSegment: found.doubtful[identity])
        }
    }

    /// Makes durable what recovery kept, and a close wrote, since the last call.
    func synchronizeJointly() throws(LogFailure) {
        do throws(IOFailure) {
            try makingRoom { () throws(IOFailure) in
                try jointSyncs.finish(in: directory, on: fileSystem)
            }
        } catch { throw .inputOutput(nil, error) }
    }

    /// Takes an entry back when its partition could not be opened.
    func putBack(_ entry: RedoHead.Entry) {
        unopened.withLock { $0.entries[entry.identity] = entry }
    }

    /// Forgets the partitions of a topic that is deleted.
    func forget(_ topicID: TopicID) {
        unopened.withLock { found in
            found.entries = found.entries.filter { $0.key.topicID != topicID }
        }
    }

    /// Has the commit log forget what it holds of a partition that is deleted, durably: nothing of
    /// it may come back under a name that another one bears by then.
    func forget(_ log: PartitionLog) throws(LogFailure) {
        guard commitLog.isUsed, !Mutant.removalUnwritten.isOn else { return }
        try LogFailure.wrapping(log.partition) { () throws(IOFailure) in
            try addRemoval(of: log)
            commits.commitOpenGroup()
            if let failure = commitLog.failure { throw failure }
        }
    }

    private func addRemoval(of log: PartitionLog) throws(IOFailure) {
        while true {
            switch commitLog.addRemoval(of: log.partition, log.identity) {
            case .added: return
            case .full: commits.advance()
            case .noRoom: try makeRoom(for: OpenGroup.cost(0, to: log.partition))
            case .stopped(let failure): throw failure
            }
        }
    }

    // MARK: Background work

    /// Lets a thread do `work` when it is due, unless the caller steps.
    func startMaintenance(_ work: @escaping @Sendable () -> Instant?) {
        if hasThreads { maintenance.start(work) }
    }

    /// Commits what waits for a commit when there is no thread for it.
    func commitWhenStepped() {
        if !hasThreads { commits.commitOpenGroup() }
    }

    // MARK: Files

    /// Lets an append that failed for want of a descriptor be tried again.
    ///
    /// - Throws: `failure`, when that was not the reason or there is nothing to be had.
    func makeRoom(after failure: LogFailure, attempt: inout Int) throws(LogFailure) {
        guard case .inputOutput(_, let reason) = failure, reason.isOutOfDescriptors,
            freeDescriptor(attempt: attempt)
        else { throw failure }
        attempt += 1
    }

    /// Closes a descriptor of some partition; where all are busy, after a commit, and then after
    /// the syncs of all segments: others may be at it, and hold what is lacking until they are
    /// done.
    ///
    /// To be called without any lock: whoever waits for a commit is completed. The only partition
    /// that is not busy may be the one that lacks a descriptor: so a commit comes first from the
    /// second attempt on.
    /// - Returns: whether it is worth another try.
    private func freeDescriptor(attempt: Int) -> Bool {
        if attempt == 0, descriptors.evictOne() { return true }
        commits.commitOpenGroup()
        if attempt < 2, descriptors.evictOne() { return true }
        guard attempt < 50 else { return false }
        for log in partitions.all { log.cover() }
        _ = descriptors.evictOne()
        return true
    }

    /// Makes the names in a directory durable; that takes a descriptor, too.
    func synchronizeDirectory(_ path: String) throws(IOFailure) {
        try makingRoom { () throws(IOFailure) in try fileSystem.synchronizeDirectory(path) }
    }

    /// Opens a file; when the process has no descriptor left, others of the directory are closed.
    func openFile(_ path: String, _ mode: FileMode) throws(IOFailure) -> any File {
        try makingRoom { () throws(IOFailure) in try fileSystem.openFile(path, mode) }
    }

    /// Runs `body` again as long as it lacks a descriptor and another one can be closed.
    private func makingRoom<Answer>(
        _ body: () throws(IOFailure) -> Answer
    ) throws(IOFailure) -> Answer {
        while true {
            do throws(IOFailure) {
                return try body()
            } catch  where error.isOutOfDescriptors && descriptors.evictOne() {
                continue
            }
        }
    }
}

/// The open partitions of a directory.
final class PartitionTable: Sendable {
    private let table = Mutex<[TopicPartition: PartitionLog]>([:])

    subscript(_ partition: TopicPartition) -> PartitionLog? {
        table.withLock { $0[partition] }
    }

    /// All, in the order of their numbers: what is done to them does not hang on a hash table.
    var all: [PartitionLog] {
        table.withLock { Array($0.values) }.sorted { $0.identity.id < $1.identity.id }
    }

    func insert(_ log: PartitionLog) { table.withLock { $0[log.partition] = log } }

    @discardableResult
    func remove(_ partition: TopicPartition) -> PartitionLog? {
        table.withLock { $0.removeValue(forKey: partition) }
    }

    func removeAll() { table.withLock { $0.removeAll() } }
}
