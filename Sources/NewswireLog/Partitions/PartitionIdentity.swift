/// What tells a partition from one that had its name before.
package struct PartitionIdentity: Hashable, Sendable {
    /// Never reused in a directory.
    package let id: Int64
    package let topicID: TopicID

    package init(id: Int64, topicID: TopicID) {
        self.id = id
        self.topicID = topicID
    }
}
