internal import Synchronization

// For programs that want only a log: the names of partitions are all there is to know of them.
extension LogDirectory {
    /// Opens the directory at `path`, or makes one where there is none.
    ///
    /// A directory of the engine, which keeps a catalog of topics, is opened by the engine alone.
    /// - Parameters:
    ///   - path: where it is, or is going to be; the folder it is made in has to exist.
    ///   - onEvent: hears of recovery, rolls, retention and failures, from any thread.
    /// - Returns: the directory, locked for this process until ``close()``.
    /// - Throws: `.locked` when it is open elsewhere, `.format`, `.inputOutput`.
    public static func open(
        at path: String, onEvent: @escaping @Sendable (LogEvent) -> Void = { _ in }
    ) throws(LogFailure) -> LogDirectory {
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        options.onEvent = onEvent
        let directory = try open(at: path, options)
        try directory.finishOpening()
        return directory
    }

    /// The log of a partition; its files are recovered now, or begin with the first append.
    ///
    /// - Parameters:
    ///   - partition: its name.
    ///   - configuration: how the log behaves; it is not kept on disk.
    /// - Returns: the log; the same one for the same name.
    /// - Throws: `.inputOutput`, `.closed`.
    public func log(
        of partition: TopicPartition, _ configuration: LogConfiguration = LogConfiguration()
    ) throws(LogFailure) -> PartitionLog {
        try openingAlone.withLock { _ throws(LogFailure) in
            if let log = self.partition(partition) { return log }
            return try openPartition(
                partition, identity: try identity(of: partition), configuration)
        }
    }

    /// That of the files that are there, a Kafka broker's perhaps, or one made of the name.
    private func identity(
        of partition: TopicPartition
    ) throws(LogFailure) -> PartitionIdentity {
        let path = "\(path)/\(partition)/\(PartitionMetadataFile.fileName)"
        let fileSystem = services.fileSystem
        let text = try LogFailure.wrapping(partition) { () throws(IOFailure) -> [UInt8] in
            guard try fileSystem.status(of: path) != nil else { return [] }
            return try fileSystem.contents(of: path, byteCountMax: 1024)
        }
        let made = Self.identity(of: partition)
        guard let topicID = PartitionMetadataFile.topicID(of: text) else { return made }
        return PartitionIdentity(id: made.id, topicID: topicID)
    }

    /// An identity that follows from the name: without a catalog no name is ever used twice.
    private static func identity(of partition: TopicPartition) -> PartitionIdentity {
        let name = [UInt8](partition.topic.utf8)
        let parts = (UInt32(0)..<4).map {
            UInt64(CRC32C.checksum(of: name.rawSpan, continuing: $0))
        }
        return PartitionIdentity(
            id: Int64(partition.partition),
            topicID: TopicID(high: parts[0] << 32 | parts[1], low: parts[2] << 32 | parts[3]))
    }
}
