extension StreamEngine {
    /// A consumer of all partitions that some topics have now.
    ///
    /// - Parameters:
    ///   - topics: their names; internal ones can be read, too.
    ///   - start: where it begins in each partition.
    ///   - configuration: how it reads.
    /// - Returns: the consumer, which reads nothing before it is polled.
    /// - Throws: `.unknownTopic`, `.offsetOutOfRange` for an offset that cannot be read, `.closed`.
    public func makeConsumer(
        topics: [String], from start: StartPosition = .beginning,
        _ configuration: ConsumerConfiguration = ConsumerConfiguration()
    ) throws(NewswireError) -> Consumer {
        var partitions: [Partition] = []
        for name in topics { partitions += try topic(name).partitions }
        return try makeConsumer(of: partitions, from: start, configuration)
    }

    /// A consumer of some partitions; see ``makeConsumer(topics:from:_:)``.
    public func makeConsumer(
        partitions names: [TopicPartition], from start: StartPosition = .beginning,
        _ configuration: ConsumerConfiguration = ConsumerConfiguration()
    ) throws(NewswireError) -> Consumer {
        var partitions: [Partition] = []
        for name in names { partitions.append(try partition(name)) }
        return try makeConsumer(of: partitions, from: start, configuration)
    }

    private func makeConsumer(
        of partitions: [Partition], from start: StartPosition,
        _ configuration: ConsumerConfiguration
    ) throws(NewswireError) -> Consumer {
        var met: Set<TopicPartition> = []
        var assignments: [Assignment] = []
        for partition in partitions where met.insert(partition.topicPartition).inserted {
            assignments.append(try Assignment(partition, from: start))
        }
        return Consumer(assignments, configuration, self)
    }
}
