/// Something that happened in the engine and that somebody may want to know.
public struct EngineEvent: Sendable, CustomStringConvertible {
    /// How much it matters.
    public enum Severity: String, Sendable, Comparable, CaseIterable {
        /// The engine's normal life.
        case info
        /// Something to look at.
        case warning
        /// Something is lost, or stands still.
        case error

        /// From what matters least to what matters most.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// What happened; more kinds may come, so a `switch` over it needs a default.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        private enum Name: String {
            case recovery, damage, roll, retention, indexRebuilt, slowSync, stopped
            case maintenance, clock, unknownFile, topicCreated, topicAltered, topicDeleted, other
        }
        private let name: Name

        /// Opening cut, set aside or made something again.
        public static let recovery = Self(name: .recovery)
        /// Synced records are gone or unreadable.
        public static let damage = Self(name: .damage)
        /// A segment ended and another began.
        public static let roll = Self(name: .roll)
        /// Retention removed a segment.
        public static let retention = Self(name: .retention)
        /// An index led to the wrong place and was made again from the log.
        public static let indexRebuilt = Self(name: .indexRebuilt)
        /// A sync took long.
        public static let slowSync = Self(name: .slowSync)
        /// A partition, or everything, accepts nothing more until it is opened again.
        public static let stopped = Self(name: .stopped)
        /// Work in the background failed and will be tried again.
        public static let maintenance = Self(name: .maintenance)
        /// The wall clock moved while the directory was closed.
        public static let clock = Self(name: .clock)
        /// A file that is none of ours was found, and left alone.
        public static let unknownFile = Self(name: .unknownFile)
        /// A topic was created.
        public static let topicCreated = Self(name: .topicCreated)
        /// A topic's configuration or number of partitions changed.
        public static let topicAltered = Self(name: .topicAltered)
        /// A topic was deleted.
        public static let topicDeleted = Self(name: .topicDeleted)
        /// Something that has no kind of its own yet.
        public static let other = Self(name: .other)

        /// The kind in one word.
        public var description: String { name.rawValue }
    }

    /// What happened.
    public let kind: Kind
    /// How much it matters.
    public let severity: Severity
    /// One sentence without a full stop, for people.
    public let message: String
    /// The topic, when one is concerned.
    public let topic: String?
    /// The partition, when one is concerned.
    public let partition: TopicPartition?

    init(
        _ kind: Kind, _ severity: Severity, _ message: String, topic: String? = nil,
        partition: TopicPartition? = nil
    ) {
        self.kind = kind
        self.severity = severity
        self.message = message
        self.topic = topic ?? partition?.topic
        self.partition = partition
    }

    /// Severity, kind and sentence.
    public var description: String { "\(severity.rawValue): \(kind): \(message)" }
}
