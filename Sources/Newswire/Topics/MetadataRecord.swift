internal import NewswireLog

/// A record of `__metadata`; the format is in <doc:MetadataFormat>.
package enum MetadataRecord: Equatable, Sendable {
    /// A topic as it is from now on.
    case topic(TopicEntry)
    /// A topic that is no more.
    case topicDeleted(String)
    /// The partition ids below this one are used.
    case ids(nextPartitionId: Int64)
}

/// Where the parts of a record of `__metadata` stand; the table is in <doc:MetadataFormat>.
package enum MetadataLayout {
    /// The version of every value that is written today, and the only one that is read.
    package static let version: Int64 = 1
    /// What the key of a topic's record begins with; the name follows.
    package static let topicPrefix = "topic:"
    /// The key of the record about ids.
    package static let idsKey = "ids"

    /// The members of a topic's value, in the order in which they are written.
    package enum TopicMember: String, CaseIterable {
        case version, name, id, partitions, configuration
    }

    /// The members of the value about ids, in the order in which they are written.
    package enum IdsMember: String, CaseIterable { case version, nextPartitionId }
}

/// Why a record of `__metadata` cannot be read.
package enum MetadataFailure: Error, Equatable {
    /// Written by a later version of Newswire.
    case unknownVersion(Int64)
    /// A kind of record that this version does not know, so it is from a later one.
    case unknownKey(String)
    /// Not what any version writes; the text says what is wrong.
    case malformed(String)
}

// MARK: - Writing

extension MetadataRecord {
    /// The bytes of the record's key.
    package var key: [UInt8] {
        switch self {
        case .topic(let topic): Array((MetadataLayout.topicPrefix + topic.name).utf8)
        case .topicDeleted(let name): Array((MetadataLayout.topicPrefix + name).utf8)
        case .ids: Array(MetadataLayout.idsKey.utf8)
        }
    }

    /// The bytes of the record's value; nil for what is no more.
    package var value: [UInt8]? {
        switch self {
        case .topic(let topic): Self.value(of: topic)
        case .topicDeleted: nil
        case .ids(let nextPartitionId): Self.value(ofIds: nextPartitionId)
        }
    }

    private static func value(of topic: TopicEntry) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for member in MetadataLayout.TopicMember.allCases {
            writer.name(member.rawValue)
            switch member {
            case .version: writer.integer(MetadataLayout.version)
            case .name: writer.string(topic.name)
            case .id: writer.string(topic.id.description)
            case .partitions: writer.write(topic.partitionIds)
            case .configuration: writer.write(topic.configuration.overrides)
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private static func value(ofIds nextPartitionId: Int64) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for member in MetadataLayout.IdsMember.allCases {
            writer.name(member.rawValue)
            switch member {
            case .version: writer.integer(MetadataLayout.version)
            case .nextPartitionId: writer.integer(nextPartitionId)
            }
        }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ ranges: [PartitionIdRange]) {
        beginArray()
        for range in ranges {
            beginArray()
            integer(range.first)
            integer(range.count)
            endArray()
        }
        endArray()
    }

    fileprivate mutating func write(_ overrides: [String: String]) {
        beginObject()
        for (key, value) in overrides.sorted(by: { $0.key < $1.key }) {
            name(key)
            string(value)
        }
        endObject()
    }
}
