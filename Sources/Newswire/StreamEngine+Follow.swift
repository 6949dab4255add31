internal import Synchronization

extension StreamEngine {
    /// Looks for topics and records that another process wrote since; for ``isReadOnly`` engines.
    ///
    /// In an engine that writes it does nothing: there is no other writer.
    public func refresh() throws(NewswireError) {
        guard isReadOnly else { return }
        try changing.withLock { _ throws(NewswireError) in
            let metadata = try topic(TopicName.metadata).partition(0)
            try translatingFailures { () throws(LogFailure) in try log.refresh() }
            try readMetadata(metadata)
            try openNewTopics()
        }
    }

    /// Looks for records that another process wrote to one partition since.
    func refresh(_ partition: TopicPartition) throws(NewswireError) {
        let log = try self.partition(partition).log
        try translatingFailures { () throws(LogFailure) in try log.refresh(logStartOffset: nil) }
    }

    private func openNewTopics() throws(NewswireError) {
        let (catalog, known) = state.withLock { ($0.catalog, $0.topics) }
        for (name, topic) in known where name != TopicName.metadata {
            guard catalog.topics[name]?.id != topic.id else { continue }
            state.withLock { $0.topics[name] = nil }
            for partition in topic.partitions { log.forgetPartition(partition.topicPartition) }
        }
        for entry in catalog.topics.values {
            if let topic = known[entry.name], topic.id == entry.id {
                let added = try openPartitions(of: entry, from: topic.partitionCount)
                topic.update(entry.configuration, adding: added)
            } else {
                let topic = Topic(entry, try openPartitions(of: entry, from: 0))
                state.withLock { $0.topics[entry.name] = topic }
            }
        }
    }
}
