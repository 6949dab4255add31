/// Kafka's `partition.metadata`: which topic a partition's directory belongs to.
package enum PartitionMetadataFile {
    package static let fileName = "partition.metadata"

    /// The file's text.
    package static func text(_ topicID: TopicID) -> [UInt8] {
        [UInt8]("version: 0\ntopic_id: \(topicID)\n".utf8)
    }

    /// Reads the file's text; nil when it is not one.
    package static func topicID(of text: [UInt8]) -> TopicID? {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let label = "topic_id: "
        guard lines.count == 2, lines[0] == "version: 0", lines[1].hasPrefix(label) else {
            return nil
        }
        return TopicID(String(lines[1].dropFirst(label.count)))
    }
}
