internal import Synchronization

// Changing what exists. The record of `__metadata` is the commit point: it is on the disk before
// anything else changes, and opening completes what a crash left undone.
extension StreamEngine {
    /// Creates a topic; it exists when this returns, also after a crash.
    ///
    /// No directory is made before a partition's first append.
    /// - Throws: `.topicExists`, `.invalidTopicName`, `.internalTopic`, `.invalidConfiguration`,
    ///   `.unsupported`, `.readOnly`, `.closed`; what appending throws.
    /// - Complexity: one synced append.
    @discardableResult
    public func createTopic(
        _ name: String, _ configuration: TopicConfiguration = TopicConfiguration()
    ) throws(NewswireError) -> Topic {
        try change { catalog throws(NewswireError) in
            let records = try catalog.creation(of: name, id: .random(), configuration)
            try commit(records)
            let entry = try entry(name)
            let topic = Topic(entry, try openPartitions(of: entry, from: 0))
            state.withLock { $0.topics[name] = topic }
            tell(.topicCreated, "topic \(name) was created", name)
            return topic
        }
    }

    /// Changes keys of a topic's configuration, all together or none.
    ///
    /// - Throws: `.unknownTopic`, `.unknownConfiguration`, `.invalidConfiguration`, `.unsupported`,
    ///   `.internalTopic`, `.readOnly`, `.closed`; what appending throws.
    /// - Complexity: one synced append; a change of `newswire.durability` also syncs each
    ///   partition.
    public func alterTopic(
        _ name: String, _ changes: ConfigurationChanges
    ) throws(NewswireError) {
        try change { catalog throws(NewswireError) in
            let topic = try topic(name)
            try commit(try catalog.alteration(of: name, changes))
            let configuration = try entry(name).configuration
            topic.update(configuration, adding: [])
            for partition in topic.partitions {
                try translatingFailures { () throws(LogFailure) in
                    try partition.log.alter(configuration.logConfiguration)
                }
            }
            tell(.topicAltered, "topic \(name) was altered", name)
        }
    }

    /// Adds partitions to a topic, so that it has `total` of them.
    ///
    /// Keys go to other partitions from then on: what was written before stays where it is.
    /// - Throws: `.unknownTopic`, `.invalidConfiguration` unless the number grows,
    ///   `.internalTopic`, `.readOnly`, `.closed`; what appending throws.
    public func addPartitions(to name: String, total: Int) throws(NewswireError) {
        try change { catalog throws(NewswireError) in
            let topic = try topic(name)
            try commit(try catalog.growth(of: name, to: total))
            let entry = try entry(name)
            let added = try openPartitions(of: entry, from: topic.partitionCount)
            topic.update(entry.configuration, adding: added)
            tell(.topicAltered, "topic \(name) has \(total) partitions", name)
        }
    }

    /// Removes the records before a point from one partition, or from all.
    ///
    /// - Returns: the new start of each log that was trimmed; it never goes back.
    /// - Throws: `.unknownTopic`, `.unknownPartition`, `.offsetOutOfRange` for an offset behind the
    ///   end, `.internalTopic`, `.readOnly`, `.closed`.
    @discardableResult
    public func trimTopic(
        _ name: String, before point: TrimPoint, partition: Int? = nil
    ) throws(NewswireError) -> [TopicPartition: Offset] {
        try change { _ throws(NewswireError) in
            try TopicName.validateForUsers(name)
            let topic = try topic(name)
            let partitions: [Partition]
            if let partition {
                partitions = [try topic.partition(partition)]
            } else {
                partitions = topic.partitions
            }
            var starts: [TopicPartition: Offset] = [:]
            for partition in partitions {
                starts[partition.topicPartition] = try partition.trim(before: point)
            }
            return starts
        }
    }

    /// Deletes a topic with everything in it.
    ///
    /// It is gone when this returns, also after a crash. Who reads or appends meets `.deleted`;
    /// slices that were read stay valid.
    /// - Throws: `.unknownTopic`, `.internalTopic`, `.readOnly`, `.closed`; what appending throws.
    public func deleteTopic(_ name: String) throws(NewswireError) {
        try change { catalog throws(NewswireError) in
            let topic = try topic(name)
            try commit(try catalog.deletion(of: name))
            state.withLock { $0.topics[name] = nil }
            var failure: NewswireError?
            for partition in topic.partitions {
                do throws(LogFailure) {
                    try log.deletePartition(partition.topicPartition)
                } catch {
                    failure = failure ?? NewswireError(error)
                }
            }
            tell(.topicDeleted, "topic \(name) was deleted", name)
            if let failure { throw failure }
        }
    }

    // MARK: Steps

    /// Makes one change of what exists, after those before it.
    private func change<Answer>(
        _ body: (TopicCatalog) throws(NewswireError) -> Answer
    ) throws(NewswireError) -> Answer {
        guard !isReadOnly else {
            throw NewswireError(LogFailure.readOnly(path: path))
        }
        var answer: Answer?
        try changing.withLock { _ throws(NewswireError) in
            let (catalog, isClosed) = state.withLock { ($0.catalog, $0.isClosed) }
            guard !isClosed else { throw Self.closedError }
            answer = try body(catalog)
        }
        guard let answer else { preconditionFailure("a change ended without an answer") }
        return answer
    }

    private func entry(_ name: String) throws(NewswireError) -> TopicEntry {
        try state.withLock { $0.catalog }.topic(name)
    }

    private func tell(_ kind: EngineEvent.Kind, _ message: String, _ topic: String) {
        onEvent(EngineEvent(kind, .info, message, topic: topic))
    }

    func tell(_ kind: EngineEvent.Kind, _ severity: EngineEvent.Severity, _ message: String) {
        onEvent(EngineEvent(kind, severity, message))
    }
}

// The same for tasks: the work runs on the engine's thread for calls that block.
extension StreamEngine {
    /// Creates a topic without holding a thread of the task; see the synchronous twin.
    @discardableResult
    public func createTopic(
        _ name: String, _ configuration: TopicConfiguration = TopicConfiguration()
    ) async throws(NewswireError) -> Topic {
        try await calls.run { [self] () throws(NewswireError) in
            try createTopic(name, configuration)
        }
    }

    /// Changes keys of a topic's configuration; see the synchronous twin.
    public func alterTopic(
        _ name: String, _ changes: ConfigurationChanges
    ) async throws(NewswireError) {
        try await calls.run { [self] () throws(NewswireError) in try alterTopic(name, changes) }
    }

    /// Adds partitions to a topic; see the synchronous twin.
    public func addPartitions(to name: String, total: Int) async throws(NewswireError) {
        try await calls.run { [self] () throws(NewswireError) in
            try addPartitions(to: name, total: total)
        }
    }

    /// Removes the records before a point; see the synchronous twin.
    @discardableResult
    public func trimTopic(
        _ name: String, before point: TrimPoint, partition: Int? = nil
    ) async throws(NewswireError) -> [TopicPartition: Offset] {
        try await calls.run { [self] () throws(NewswireError) in
            try trimTopic(name, before: point, partition: partition)
        }
    }

    /// Deletes a topic with everything in it; see the synchronous twin.
    public func deleteTopic(_ name: String) async throws(NewswireError) {
        try await calls.run { [self] () throws(NewswireError) in try deleteTopic(name) }
    }
}
