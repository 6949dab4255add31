/// What a topic is made with: its partitions and Kafka's topic configuration, typed.
///
/// Every property of ``LogConfiguration`` is one of this structure, too:
///
///     var configuration = TopicConfiguration(partitions: 4, compression: .gzip)
///     configuration.segmentBytes = 64 << 20
///
/// ``set(_:_:)`` and ``value(of:)`` do the same with Kafka's keys and texts.
@dynamicMemberLookup
public struct TopicConfiguration: Hashable, Sendable {
    /// The most partitions a topic may have: their numbers fit five digits.
    public static let partitionCountMax = 100_000

    /// How many partitions the topic has.
    public var partitions: Int
    /// `compression.type`: how producers of this process compress the topic's batches.
    public var compression: TopicCompression
    package var log = LogConfiguration()

    /// A topic with `partitions` partitions; what is not said is as in Kafka, but acknowledgements
    /// wait for the disk.
    public init(
        partitions: Int = 1, durability: Durability = .synced,
        compression: TopicCompression = .producer, retention: Duration? = .seconds(7 * 86_400)
    ) {
        self.partitions = partitions
        self.compression = compression
        log.durability = durability
        log.retention = retention
    }

    /// The properties of the topic's logs.
    public subscript<Value>(dynamicMember path: WritableKeyPath<LogConfiguration, Value>) -> Value {
        get { log[keyPath: path] }
        set { log[keyPath: path] = newValue }
    }

    /// What each partition's log is opened with.
    package var logConfiguration: LogConfiguration {
        var configuration = log
        configuration.compression = compression == .gzip ? .gzip : .none
        return configuration
    }
}

/// `compression.type`: how a topic's batches are compressed.
public enum TopicCompression: String, Sendable, CaseIterable {
    /// As the producer says, which by itself does not compress.
    case producer
    /// Not at all.
    case uncompressed
    /// RFC 1952 gzip, by zlib.
    case gzip
}

/// Changes to a topic's configuration, made together or not at all.
public struct ConfigurationChanges: Hashable, Sendable {
    /// New values by key.
    public var set: [String: String]
    /// Keys that go back to their defaults.
    public var reset: [String]

    /// Sets some keys and resets others.
    public init(set: [String: String] = [:], reset: [String] = []) {
        self.set = set
        self.reset = reset
    }
}
