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

    init(
        directory: String, _ options: LogDirectoryOptions, lock: DirectoryLock?,
        checkpoint: Checkpoint?, found: CheckpointFacts
    ) {
        self.lock = lock
        unopened = Mutex(found)
        self.checkpoint = checkpoint
        self.directory = directory
        fileSystem = options.fileSystem
        time = options.time
        isReadOnly = options.mode == .readOnly
        onEvent = options.onEvent
        descriptors = EvictionClock(capacity: options.budget.descriptors)
        maps = EvictionClock(capacity: options.budget.maps)
        hasThreads = options.threads == .own
        commits = CommitSlot(time: options.time, hasThreads: options.threads == .own)
        maintenance = MaintenanceSchedule(time: options.time)
        scrub = Scrub(bytesPerSecond: options.scrubBytesPerSecond)
    }

    // MARK: The checkpoint

    /// Asks for a checkpoint before long: something was synced.
    func checkpointSoon() {
        guard let due = checkpoint?.request() else { return }
        maintenance.request(at: due)
    }

    /// Whether there is a checkpoint.
    var hasCheckpoint: Bool { checkpoint?.isBegun ?? false }

    /// When the next checkpoint is due; nil when nothing changed.
    var checkpointDue: Instant? { checkpoint?.due }

    /// Writes a checkpoint; on return it is durable.
    func checkpointNow() throws(LogFailure) {
        try synchronizeJointly()
        for log in partitions.all { log.fileIndexes() }
        do throws(IOFailure) {
            try checkpoint?.write(isClean: false) { checkpointEntries }
        } catch { throw .inputOutput(nil, error) }
    }

    /// Writes the last checkpoint of a directory that is closed in order, and Kafka's.
    func checkpointAtClose() throws(LogFailure) {
        try synchronizeJointly()
        let entries = checkpointEntries
        guard !entries.isEmpty || hasCheckpoint else { return }
        // What was not closed in order, nor opened since, still has to be verified one day.
        let isClean = unopened.withLock { $0.isClean || $0.entries.isEmpty }
        do throws(IOFailure) {
            try checkpoint?.write(isClean: isClean) { entries }
            // A broker would believe them unread, too.
            if isClean { try KafkaCheckpoints.write(entries, in: directory, on: fileSystem) }
        } catch { throw .inputOutput(nil, error) }
    }

    /// In the order of their numbers: what is written does not hang on a hash table.
    private var checkpointEntries: [RedoHead.Entry] {
        (unopened.withLock { Array($0.entries.values) }
            + partitions.all.compactMap(\.checkpointEntry))
            .sorted { ($0.identity.id, $0.partition) < ($1.identity.id, $1.partition) }
    }

    /// Takes over what the checkpoint at the open says of a partition, or of one that goes.
    func takeEntry(
        of identity: PartitionIdentity
    ) -> (entry: RedoHead.Entry?, isClean: Bool, isWhole: Bool) {
        unopened.withLock { found in
            (found.entries.removeValue(forKey: identity), found.isClean, found.isWhole)
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

    /// Closes a descriptor of some partition; where all are busy, after the syncs that are asked
    /// for.
    ///
    /// To be called without any lock: whoever waits for those syncs is completed.
    func freeDescriptor() -> Bool {
        if descriptors.evictOne() { return true }
        commits.commitOpenGroup()
        return descriptors.evictOne()
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
