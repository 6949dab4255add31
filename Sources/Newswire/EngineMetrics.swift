/// A snapshot of an engine: what it holds, and what happened since it was opened.
public struct EngineMetrics: Sendable {
    /// The topics by name, internal ones included.
    public let topics: [TopicMetrics]
    /// What was appended through this engine.
    public let appended: Appended
    /// What was read through this engine.
    public let read: Read

    /// What was appended.
    public struct Appended: Hashable, Sendable {
        /// Acknowledged records.
        public let records: Int
        /// The bytes of their batches before compression.
        public let bytes: Int
        /// Acknowledged batches.
        public let batches: Int
        /// Records whose append failed.
        public let failedRecords: Int
        /// Records that a producer refused because its memory was used up.
        public let refusedRecords: Int
    }

    /// What was read.
    public struct Read: Hashable, Sendable {
        /// Fetches that found something.
        public let slices: Int
        /// Their bytes as they lie in the log.
        public let bytes: Int
    }
}

/// A snapshot of one topic.
public struct TopicMetrics: Sendable {
    /// Its name.
    public let name: String
    /// Its partitions by number.
    public let partitions: [PartitionMetrics]
}

/// A snapshot of one partition.
public struct PartitionMetrics: Hashable, Sendable {
    /// Which one.
    public let partition: TopicPartition
    /// Where it begins and ends.
    public let offsets: LogOffsets
    /// How many segments and bytes it has.
    public let storage: PartitionStorage
}
