internal import Synchronization

extension StreamEngine {
    /// Opens the directory at `path` for everything: takes its lock, recovers, and is ready.
    ///
    /// What recovery cut, set aside or made again is in ``recoveryReport`` and told as events.
    /// - Throws: `.locked` when it is open elsewhere, with the holder; `.notNewswireDirectory`,
    ///   `.tooNew`, `.tooOld`, `.corrupt` when it cannot be read; `.inputOutput`.
    /// - Complexity: after a clean close a look at each partition; else what may not be synced is
    ///   read.
    public static func open(
        at path: String, configuration: EngineConfiguration = EngineConfiguration()
    ) throws(NewswireError) -> StreamEngine {
        var options = LogDirectoryOptions()
        options.createsDirectory = configuration.missingDirectory == .create
        return try open(at: path, options, configuration)
    }

    /// Opens the directory at `path` without holding a thread; see the synchronous twin.
    public static func open(
        at path: String, configuration: EngineConfiguration = EngineConfiguration()
    ) async throws(NewswireError) -> StreamEngine {
        try await BlockingCalls().run { () throws(NewswireError) in
            try open(at: path, configuration: configuration)
        }
    }

    /// Opens the directory at `path` for reading: without its lock, beside a writer or without.
    ///
    /// Nothing is written, not even a time stamp of a file. What is read is what is written: beside
    /// a writer, records of a ``Durability/synced`` topic may show before their sync.
    /// ``refresh()`` looks for what another process wrote since.
    /// - Throws: as ``open(at:configuration:)-(String,EngineConfiguration)``, but never `.locked`.
    public static func openReadOnly(
        at path: String, configuration: EngineConfiguration = EngineConfiguration()
    ) throws(NewswireError) -> StreamEngine {
        var options = LogDirectoryOptions()
        options.mode = .readOnly
        return try open(at: path, options, configuration)
    }

    /// Opens the directory at `path` for reading without holding a thread; see the synchronous
    /// twin.
    public static func openReadOnly(
        at path: String, configuration: EngineConfiguration = EngineConfiguration()
    ) async throws(NewswireError) -> StreamEngine {
        try await BlockingCalls().run { () throws(NewswireError) in
            try openReadOnly(at: path, configuration: configuration)
        }
    }

    /// Opens a directory for the length of `body`, and closes it whatever happens in it.
    public static func withEngine<Answer>(
        at path: String, configuration: EngineConfiguration = EngineConfiguration(),
        _ body: (StreamEngine) async throws -> Answer
    ) async throws -> Answer {
        let engine = try await open(at: path, configuration: configuration)
        let answer: Answer
        do {
            answer = try await body(engine)
        } catch {
            // The first failure is what matters; one of closing recovers at the next open.
            _ = await engine.closed()
            throw error
        }
        try await engine.close()
        return answer
    }

    private func closed() async -> Result<Void, NewswireError> {
        do throws(NewswireError) { return .success(try await close()) } catch {
            return .failure(error)
        }
    }

    /// Opens a directory with the options of the log, for tests also on a simulated disk.
    package static func open(
        at path: String, _ options: LogDirectoryOptions, _ configuration: EngineConfiguration
    ) throws(NewswireError) -> StreamEngine {
        let onEvent = configuration.onEvent ?? { _ in }
        var options = options
        options.scrubBytesPerSecond = configuration.scrubBytesPerSecond
        options.onEvent = { event in onEvent(EngineEvent(event)) }
        let log = try translatingFailures { [options] () throws(LogFailure) in
            try LogDirectory.open(at: path, options)
        }
        let services = EngineServices(log, options)
        let engine = StreamEngine(services, isReadOnly: options.mode == .readOnly, onEvent: onEvent)
        services.follower?.attach(engine)
        do throws(NewswireError) {
            try engine.openTopics()
        } catch {
            // The first failure is what matters; nothing was written that closing could lose.
            _ = Result { () throws(LogFailure) in try log.close() }
            throw error
        }
        return engine
    }

    // MARK: Steps of opening

    private func openTopics() throws(NewswireError) {
        let deleted = try readMetadata(try openMetadata())
        // First: a topic may have the name of a deleted one whose directories are still there.
        if !isReadOnly { try finishDeletions(deleted) }
        let catalog = state.withLock { $0.catalog }
        for entry in catalog.topics.values.sorted(by: { $0.name < $1.name }) {
            let topic = Topic(entry, try openPartitions(of: entry, from: 0))
            state.withLock { $0.topics[entry.name] = topic }
        }
        try translatingFailures { () throws(LogFailure) in try log.finishOpening() }
    }

    private func openMetadata() throws(NewswireError) -> Partition {
        let entry = Self.metadataEntry
        let partitions = try openPartitions(of: entry, from: 0)
        let topic = Topic(entry, partitions)
        state.withLock { $0.topics[entry.name] = topic }
        return partitions[0]
    }

    /// Opens the partitions of a topic from a number on.
    func openPartitions(
        of entry: TopicEntry, from first: Int
    ) throws(NewswireError) -> [Partition] {
        let configuration = entry.configuration.logConfiguration
        var partitions: [Partition] = []
        for (number, id) in entry.partitionIdsByNumber.enumerated().dropFirst(first) {
            let identity = PartitionIdentity(id: id, topicID: entry.id)
            let opened = try translatingFailures { () throws(LogFailure) in
                try log.openPartition(
                    TopicPartition(entry.name, number), identity: identity, configuration)
            }
            partitions.append(Partition(opened, services))
        }
        return partitions
    }

    /// Removes what a crash left of topics whose deletion was committed.
    private func finishDeletions(_ deleted: [TopicEntry]) throws(NewswireError) {
        for entry in deleted {
            for number in 0..<entry.configuration.partitions {
                try translatingFailures { () throws(LogFailure) in
                    try log.retire(TopicPartition(entry.name, number), topicID: entry.id)
                }
            }
        }
    }
}
