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
    let maintenance: MaintenanceSchedule
    private let hasThreads: Bool
    /// Nil when the directory is only read.
    private let checkpoint: Checkpoint?

    init(directory: String, _ options: LogDirectoryOptions, checkpoint: Checkpoint?) {
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
    }

    // MARK: The checkpoint

    /// Asks for a checkpoint before long: something was synced.
    func checkpointSoon() {
        guard let due = checkpoint?.request() else { return }
        maintenance.request(at: due)
    }

    /// When the next checkpoint is due; nil when nothing changed.
    var checkpointDue: Instant? { checkpoint?.due }

    /// Writes a checkpoint; on return it is durable.
    func checkpointNow() throws(LogFailure) {
        do throws(IOFailure) {
            try checkpoint?.write(isClean: false) { partitions.all.compactMap(\.checkpointEntry) }
        } catch { throw .inputOutput(nil, error) }
    }

    /// Writes the last checkpoint of a directory that is closed in order, and Kafka's.
    func checkpointAtClose() throws(LogFailure) {
        let entries = partitions.all.compactMap(\.checkpointEntry)
        guard !entries.isEmpty else { return }
        do throws(IOFailure) {
            try checkpoint?.write(isClean: true) { entries }
            try KafkaCheckpoints.write(entries, in: directory, on: fileSystem)
        } catch { throw .inputOutput(nil, error) }
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

    /// Opens a file; when the process has no descriptor left, others of the directory are closed.
    func openFile(_ path: String, _ mode: FileMode) throws(IOFailure) -> any File {
        while true {
            do throws(IOFailure) {
                return try fileSystem.openFile(path, mode)
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

    /// All, in no order.
    var all: [PartitionLog] { table.withLock { Array($0.values) } }

    func insert(_ log: PartitionLog) { table.withLock { $0[log.partition] = log } }

    @discardableResult
    func remove(_ partition: TopicPartition) -> PartitionLog? {
        table.withLock { $0.removeValue(forKey: partition) }
    }

    func removeAll() { table.withLock { $0.removeAll() } }
}
