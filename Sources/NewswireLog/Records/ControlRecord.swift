/// What a record of a control batch says.
package enum ControlRecord: Hashable, Sendable {
    /// A transaction was aborted, by the coordinator with this epoch.
    case abort(coordinatorEpoch: Int32)
    /// A transaction was committed, by the coordinator with this epoch.
    case commit(coordinatorEpoch: Int32)
    /// One of the types that Kafka's brokers use among themselves, or a later one.
    case other(type: Int16)

    /// Reads the key and value of a control record.
    package init(key: RawSpan?, value: RawSpan?) throws(BatchFailure) {
        guard let key, key.byteCount >= 4 else { throw .badField("control record key", -1) }
        // The version comes first; later versions only add behind what is known.
        let version = key.bigEndian(Int16.self, at: 0)
        guard version >= 0 else { throw .badField("control record version", Int64(version)) }
        let type = key.bigEndian(Int16.self, at: 2)
        switch type {
        case Self.abortType: self = .abort(coordinatorEpoch: try Self.coordinatorEpoch(value))
        case Self.commitType: self = .commit(coordinatorEpoch: try Self.coordinatorEpoch(value))
        default: self = .other(type: type)
        }
    }

    /// The name of the type, in Kafka's words.
    package var name: String {
        switch self {
        case .abort: "ABORT"
        case .commit: "COMMIT"
        case .other(2): "LEADER_CHANGE"
        case .other(3): "SNAPSHOT_HEADER"
        case .other(4): "SNAPSHOT_FOOTER"
        case .other(5): "KRAFT_VERSION"
        case .other(6): "KRAFT_VOTERS"
        case .other: "UNKNOWN"
        }
    }

    /// The key of the record that says this.
    package var key: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Int16(0))
        switch self {
        case .abort: bytes.append(bigEndian: Self.abortType)
        case .commit: bytes.append(bigEndian: Self.commitType)
        case .other(let type): bytes.append(bigEndian: type)
        }
        return bytes
    }

    /// The value of the record that says this; empty where it is not ours to say.
    package var value: [UInt8] {
        switch self {
        case .abort(let epoch), .commit(let epoch):
            var bytes: [UInt8] = []
            bytes.append(bigEndian: Int16(0))
            bytes.append(bigEndian: epoch)
            return bytes
        case .other: return []
        }
    }

    private static let abortType: Int16 = 0
    private static let commitType: Int16 = 1

    private static func coordinatorEpoch(_ value: RawSpan?) throws(BatchFailure) -> Int32 {
        guard let value, value.byteCount >= 6 else { throw .badField("control record value", -1) }
        return value.bigEndian(Int32.self, at: 2)
    }
}
