internal import Synchronization

/// A directory of topics, open in this process: the storage engine to embed.
///
///     let engine = try await StreamEngine.open(at: "data")
///     let orders = try await engine.createTopic("orders", .init(partitions: 4))
///
/// Calls that wait come twice under one name: in an `async` function they suspend, elsewhere they
/// block the calling thread. The engine prints nothing and handles no signal.
public final class StreamEngine: Sendable {
    /// Where the directory is.
    public let path: String
    /// Whether it was opened for reading only.
    public let isReadOnly: Bool
    /// What opening found and did.
    public var recoveryReport: RecoveryReport { log.recoveryReport }

    let services: EngineServices
    var log: LogDirectory { services.log }
    let onEvent: @Sendable (EngineEvent) -> Void
    let calls = BlockingCalls()
    // Held through one change of what exists, writes included: changes come one after another.
    // Nobody who reads or appends takes it.
    let changing = Mutex(())
    let state: Mutex<State>

    struct State {
        /// What `__metadata` says.
        var catalog = TopicCatalog()
        /// The topics of the catalog and `__metadata` itself, open, by name.
        var topics: [String: Topic] = [:]
        /// Up to where `__metadata` was read.
        var metadataEnd = Offset.zero
        var isClosed = false
    }

    init(
        _ services: EngineServices, isReadOnly: Bool,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) {
        path = services.log.path
        self.isReadOnly = isReadOnly
        self.services = services
        self.onEvent = onEvent
        state = Mutex(State())
    }

    // MARK: Topics

    /// The topics of users, by name.
    public var topics: [Topic] { allTopics.filter { !$0.isInternal } }

    /// The engine's own topics, by name: they can be read, not changed.
    public var internalTopics: [Topic] { allTopics.filter(\.isInternal) }

    private var allTopics: [Topic] {
        state.withLock { Array($0.topics.values) }.sorted { $0.name < $1.name }
    }

    /// The topic of that name.
    ///
    /// - Throws: `.unknownTopic`, which suggests the nearest name; `.closed`.
    public func topic(_ name: String) throws(NewswireError) -> Topic {
        let (topic, catalog) = try state.withLock { state throws(NewswireError) in
            guard !state.isClosed else { throw Self.closedError }
            return (state.topics[name], state.catalog)
        }
        if let topic { return topic }
        _ = try catalog.topic(name)
        // In the catalog and not open: opening its partitions failed when it was made.
        throw NewswireError(
            .inputOutput, "topic \(name) could not be opened: open the directory again",
            at: .init(topic: name))
    }

    /// One partition, by its topic's name.
    public func partition(_ partition: TopicPartition) throws(NewswireError) -> Partition {
        try topic(partition.topic).partition(partition.partition)
    }

    // MARK: Producing

    /// A producer for the topics of this engine.
    public func makeProducer(
        _ configuration: ProducerConfiguration = ProducerConfiguration()
    ) -> Producer {
        Producer(configuration, self)
    }

    // MARK: Looking

    /// A snapshot of what the engine holds and did.
    public func metrics() -> EngineMetrics {
        let counters = services.counters
        let topics = allTopics.map { topic in
            TopicMetrics(
                name: topic.name,
                partitions: topic.partitions.map { partition in
                    PartitionMetrics(
                        partition: partition.topicPartition, offsets: partition.offsets,
                        storage: partition.storage)
                })
        }
        return EngineMetrics(
            topics: topics, appended: counters.appended, read: counters.read)
    }

    // MARK: Closing

    /// Appends what producers hold, syncs everything, and gives the directory's lock back.
    ///
    /// Whoever waits is completed or fails with `.closed`; so does every later call. Closing twice
    /// is fine. After a failure the directory is closed all the same, and recovers when it is
    /// opened.
    public func close() throws(NewswireError) {
        try changing.withLock { _ throws(NewswireError) in
            let isFirst = state.withLock { state in
                defer { state.isClosed = true }
                return !state.isClosed
            }
            guard isFirst else { return }
            for producer in services.producers.close() { producer.endWithEngine() }
            services.timers.close()
            services.follower?.close()
            try translatingFailures { () throws(LogFailure) in try log.close() }
        }
    }

    /// Closes without holding a thread of the task; see the synchronous ``close()``.
    public func close() async throws(NewswireError) {
        try await calls.run { [self] () throws(NewswireError) in try close() }
    }

    /// Does what is due; for engines without threads of their own.
    package func runDueSteps() {
        services.timers.run(at: services.time.instant())
        log.runMaintenance()
    }

    static var closedError: NewswireError {
        NewswireError(.closed, "the engine is closed: open the directory again")
    }
}
