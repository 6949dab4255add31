/// One partition of one topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name of the topic.
    public let topic: String
    /// The number of the partition in its topic, from 0.
    public let partition: Int

    /// Names partition number `partition` of `topic`.
    public init(_ topic: String, _ partition: Int) {
        self.topic = topic
        self.partition = partition
    }

    /// By topic, then by number.
    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// `topic-partition`: also the name of the partition's directory.
    public var description: String { "\(topic)-\(partition)" }
}
