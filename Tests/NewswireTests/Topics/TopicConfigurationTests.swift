import Newswire
import Testing

struct TopicConfigurationTests {
    /// The keys and defaults of `LogConfig` in Kafka 4.3.1, but for its internal one.
    static let kafka: [String: String] = [
        "cleanup.policy": "delete", "compression.gzip.level": "-1", "compression.lz4.level": "9",
        "compression.type": "producer", "compression.zstd.level": "3",
        "delete.retention.ms": "86400000", "file.delete.delay.ms": "60000",
        "flush.messages": "9223372036854775807", "flush.ms": "9223372036854775807",
        "follower.replication.throttled.replicas": "", "index.interval.bytes": "4096",
        "leader.replication.throttled.replicas": "", "local.retention.bytes": "-2",
        "local.retention.ms": "-2", "max.compaction.lag.ms": "9223372036854775807",
        "max.message.bytes": "1048588", "message.timestamp.after.max.ms": "3600000",
        "message.timestamp.before.max.ms": "9223372036854775807",
        "message.timestamp.type": "CreateTime", "min.cleanable.dirty.ratio": "0.5",
        "min.compaction.lag.ms": "0", "min.insync.replicas": "1", "preallocate": "false",
        "remote.log.copy.disable": "false", "remote.log.delete.on.disable": "false",
        "remote.storage.enable": "false", "retention.bytes": "-1", "retention.ms": "604800000",
        "segment.bytes": "1073741824", "segment.index.bytes": "10485760",
        "segment.jitter.ms": "0", "segment.ms": "604800000",
        "unclean.leader.election.enable": "false",
    ]
    static let ours: [String: String] = [
        "newswire.durability": "synced", "newswire.flush.ms": "1000",
        "newswire.flush.bytes": "16777216",
    ]

    @Test func `all of Kafka's keys are known with its defaults, and three of ours`() {
        let entries = TopicConfiguration().entries
        let values = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        #expect(values == Self.kafka.merging(Self.ours) { $1 })
        #expect(entries.allSatisfy { $0.isDefault })
        #expect(entries.map(\.key) == entries.map(\.key).sorted())
    }

    @Test func `every default can be set`() throws {
        var configuration = TopicConfiguration()
        for key in TopicConfiguration.keys {
            try configuration.set(key, try configuration.value(of: key))
        }
        #expect(configuration == TopicConfiguration())
    }

    @Test(arguments: [
        ("segment.bytes", "1024"), ("segment.bytes", "2147483647"), ("segment.index.bytes", "24"),
        ("retention.ms", "-1"), ("retention.ms", "0"), ("retention.ms", "9223372036854775807"),
        ("retention.bytes", "100"), ("cleanup.policy", ""), ("compression.type", "gzip"),
        ("compression.type", "uncompressed"), ("compression.gzip.level", "9"),
        ("message.timestamp.type", "LogAppendTime"), ("max.message.bytes", "0"),
        ("newswire.durability", "interval"), ("newswire.flush.ms", "1"),
        ("newswire.flush.bytes", "1"), ("index.interval.bytes", "0"), ("segment.ms", "1"),
    ])
    func `a value in range is kept`(key: String, value: String) throws {
        var configuration = TopicConfiguration()
        try configuration.set(key, "  \(value) ")
        #expect(try configuration.value(of: key) == value)
        #expect(configuration.overrides == [key: value])
        #expect(try TopicConfiguration(overrides: configuration.overrides) == configuration)
        try configuration.reset(key)
        #expect(configuration == TopicConfiguration())
    }

    @Test(arguments: [
        ("segment.bytes", "1023"), ("segment.bytes", "2147483648"), ("segment.index.bytes", "23"),
        ("retention.ms", "-2"), ("retention.ms", "x"), ("retention.ms", ""), ("segment.ms", "0"),
        ("compression.gzip.level", "0"), ("compression.gzip.level", "00"),
        ("compression.gzip.level", "10"), ("compression.type", "none"),
        ("cleanup.policy", "remove"), ("preallocate", "yes"), ("min.insync.replicas", "0"),
        ("min.cleanable.dirty.ratio", "2"), ("max.message.bytes", "-1"),
        ("newswire.durability", "fsync"), ("newswire.flush.bytes", "0"),
    ])
    func `a value out of range is refused with the range`(key: String, value: String) throws {
        var configuration = TopicConfiguration()
        let refused = code { try configuration.set(key, value) }
        #expect(refused == .invalidConfiguration)
        #expect(configuration == TopicConfiguration())
    }

    @Test(arguments: [
        ("cleanup.policy", "compact"), ("cleanup.policy", "compact,delete"),
        ("compression.type", "zstd"), ("compression.zstd.level", "5"), ("segment.jitter.ms", "1"),
        ("delete.retention.ms", "5"), ("min.cleanable.dirty.ratio", "0.1"),
        ("min.insync.replicas", "2"), ("remote.storage.enable", "true"), ("preallocate", "true"),
        ("flush.messages", "1"), ("message.timestamp.after.max.ms", "5"),
    ])
    func `what this version does not do is refused, not ignored`(key: String, value: String) {
        var configuration = TopicConfiguration()
        let refused = code { try configuration.set(key, value) }
        #expect(refused == .unsupported)
    }

    @Test func `an unknown key is refused with the nearest one`() {
        var configuration = TopicConfiguration()
        let failure = #expect(throws: NewswireError.self) {
            try configuration.set("retention.mss", "1")
        }
        #expect(failure?.code == .unknownConfiguration)
        #expect(failure?.message.contains("retention.ms?") == true)
    }

    @Test func `properties are the same values as keys`() throws {
        var configuration = TopicConfiguration(
            partitions: 4, durability: .written, compression: .gzip, retention: nil)
        configuration.segmentBytes = 4096
        configuration.retentionBytes = 1 << 20
        #expect(
            configuration.overrides == [
                "newswire.durability": "written", "compression.type": "gzip",
                "retention.ms": "-1", "segment.bytes": "4096", "retention.bytes": "1048576",
            ])
        #expect(configuration.logConfiguration.compression == .gzip)
        #expect(configuration.logConfiguration.retention == nil)
    }

    @Test func `properties are checked when the topic is made`() {
        var configuration = TopicConfiguration()
        configuration.segmentBytes = 7
        #expect(
            code { _ = try configuration.validated() }
                == .invalidConfiguration)
        configuration = TopicConfiguration(partitions: 0)
        #expect(
            code { _ = try configuration.validated() }
                == .invalidConfiguration)
    }

    @Test func `changes are made together or not at all`() throws {
        let configuration = try TopicConfiguration(overrides: ["segment.bytes": "2048"])
        let changed = try configuration.applying(
            .init(set: ["retention.ms": "5"], reset: ["segment.bytes"]))
        #expect(changed.overrides == ["retention.ms": "5"])
        #expect(throws: NewswireError.self) {
            try configuration.applying(.init(set: ["retention.ms": "5", "segment.bytes": "1"]))
        }
        #expect(throws: NewswireError.self) {
            try configuration.applying(.init(set: ["retention.ms": "5"], reset: ["retention.ms"]))
        }
    }
}
