/// Where a run of batches comes from, for errors that name the place.
public final class BatchSource: Sendable, CustomStringConvertible {
    /// The partition, when it is known.
    public let partition: TopicPartition?
    /// The path of the segment file.
    public let path: String

    /// Describes batches of `partition` in the file at `path`.
    public init(partition: TopicPartition?, path: String) {
        self.partition = partition
        self.path = path
    }

    /// Partition and path.
    public var description: String { partition.map { "\($0) (\(path))" } ?? path }
}
