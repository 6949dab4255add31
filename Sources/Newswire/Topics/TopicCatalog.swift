/// What topics exist: pure state, changed by ``MetadataRecord``s alone.
///
/// An operation asks for the records that would make a change, writes them, and applies them only
/// then; opening applies the same records as they are read. So there is one way to every state.
package struct TopicCatalog: Equatable, Sendable {
    /// The topics by name.
    package private(set) var topics: [String: TopicEntry] = [:]
    /// The id of the next partition; ids of deleted ones are not used again.
    package private(set) var nextPartitionId: Int64 = firstPartitionId

    /// The id of partition 0 of `__metadata`, which is not in the catalog.
    package static let metadataPartitionId: Int64 = 0
    /// The first id for all others.
    package static let firstPartitionId: Int64 = 1

    package init() {}

    /// The topic of that name; the error suggests the nearest.
    package func topic(_ name: String) throws(NewswireError) -> TopicEntry {
        if let topic = topics[name] { return topic }
        let visible = topics.keys.filter { !TopicName.isInternal($0) }.sorted()
        let nearest = nearestName(to: name, among: visible)
        let advice = nearest.map { "did you mean \($0)?" } ?? "create it first"
        throw NewswireError(
            .unknownTopic, "there is no topic \(name): \(advice)", at: .init(topic: name))
    }

    // MARK: Changes, as the records that make them

    /// Creates a topic of users.
    package func creation(
        of name: String, id: TopicID, _ configuration: TopicConfiguration
    ) throws(NewswireError) -> [MetadataRecord] {
        try TopicName.validateForUsers(name)
        guard topics[name] == nil else {
            throw NewswireError(
                .topicExists, "topic \(name) exists already", at: .init(topic: name))
        }
        let key = TopicName.collisionKey(name)
        if let other = topics.keys.first(where: { TopicName.collisionKey($0) == key }) {
            throw NewswireError(
                .invalidTopicName,
                "topic \(name) differs from \(other) only by '.' and '_': Kafka's tools could not"
                    + " tell them apart; choose another name",
                at: .init(topic: name))
        }
        let configuration = try configuration.validated()
        let ids = try idRange(count: configuration.partitions)
        let topic = TopicEntry(
            name: name, id: id, partitionIds: [ids], configuration: configuration)
        return [.topic(topic), .ids(nextPartitionId: ids.end)]
    }

    /// Changes keys of a topic's configuration.
    package func alteration(
        of name: String, _ changes: ConfigurationChanges
    ) throws(NewswireError) -> [MetadataRecord] {
        try TopicName.validateForUsers(name)
        var topic = try topic(name)
        topic.configuration = try topic.configuration.applying(changes).validated()
        return [.topic(topic)]
    }

    /// Adds partitions to a topic, up to `total`.
    package func growth(of name: String, to total: Int) throws(NewswireError) -> [MetadataRecord] {
        try TopicName.validateForUsers(name)
        var topic = try topic(name)
        let today = topic.configuration.partitions
        guard total > today else {
            throw NewswireError(
                .invalidConfiguration,
                "topic \(name) has \(today) partitions: their number can only grow, not become"
                    + " \(total)",
                at: .init(topic: name))
        }
        topic.configuration.partitions = total
        topic.configuration = try topic.configuration.validated()
        let ids = try idRange(count: total - today)
        topic.partitionIds.append(ids)
        return [.topic(topic), .ids(nextPartitionId: ids.end)]
    }

    /// Deletes a topic.
    package func deletion(of name: String) throws(NewswireError) -> [MetadataRecord] {
        try TopicName.validateForUsers(name)
        _ = try topic(name)
        // The ids stay taken, even when the topic's own records are compacted away.
        return [.topicDeleted(name), .ids(nextPartitionId: nextPartitionId)]
    }

    private func idRange(count: Int) throws(NewswireError) -> PartitionIdRange {
        guard nextPartitionId <= .max - Int64(count) else {
            throw NewswireError(.unsupported, "all partition ids were used: make a new directory")
        }
        return PartitionIdRange(first: nextPartitionId, count: count)
    }

    // MARK: Applying

    /// Makes the change that a record of `__metadata` stands for.
    package mutating func apply(_ record: MetadataRecord) {
        switch record {
        case .topic(let topic): topics[topic.name] = topic
        case .topicDeleted(let name): topics[name] = nil
        case .ids(let next): nextPartitionId = max(nextPartitionId, next)
        }
    }

    /// What contradicts itself in what was read; nil when nothing does.
    package func contradiction() -> String? {
        var ranges: [PartitionIdRange] = []
        for topic in topics.values {
            let count = topic.partitionIds.reduce(0) { $0 + $1.count }
            guard count == topic.configuration.partitions else {
                return "topic \(topic.name) has \(count) ids for its partitions"
            }
            ranges += topic.partitionIds
        }
        ranges.sort { $0.first < $1.first }
        for (left, right) in zip(ranges, ranges.dropFirst()) where left.end > right.first {
            return "partition id \(right.first) is used twice"
        }
        guard (ranges.last?.end ?? 0) <= nextPartitionId else {
            return "partition ids from \(nextPartitionId) on are used, but were not given out"
        }
        return nil
    }
}

/// One topic of the catalog.
package struct TopicEntry: Hashable, Sendable {
    package let name: String
    package let id: TopicID
    /// The ids of its partitions, in the order of their numbers.
    package var partitionIds: [PartitionIdRange]
    package var configuration: TopicConfiguration

    package init(
        name: String, id: TopicID, partitionIds: [PartitionIdRange],
        configuration: TopicConfiguration
    ) {
        self.name = name
        self.id = id
        self.partitionIds = partitionIds
        self.configuration = configuration
    }

    /// The id of each partition, by its number.
    package var partitionIdsByNumber: [Int64] { partitionIds.flatMap { $0.first..<$0.end } }
}

/// Ids that follow each other; given out together.
package struct PartitionIdRange: Hashable, Sendable {
    package let first: Int64
    package let count: Int

    package init(first: Int64, count: Int) {
        precondition(first >= 0 && count > 0, "\(count) partition ids from \(first) on")
        precondition(first <= .max - Int64(count), "partition ids from \(first) on overflow")
        self.first = first
        self.count = count
    }

    /// The id after the last one.
    package var end: Int64 { first + Int64(count) }
}
