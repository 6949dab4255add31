/// All keys of a topic's configuration: Kafka 4.3's and ours.
package enum ConfigurationKeys {
    /// By name.
    package static let all: [ConfigurationKey] =
        (ours + segments + records + retention + compaction + replication)
        .sorted { $0.name < $1.name }

    /// The key of that exact name.
    package static func key(_ name: String) throws(NewswireError) -> ConfigurationKey {
        if let key = byName[name] { return key }
        let nearest = nearestName(to: name, among: byName.keys.sorted())
        let advice = nearest.map { "did you mean \($0)?" } ?? "topics describe shows all keys"
        throw NewswireError(
            .unknownConfiguration, "there is no configuration key \(name): \(advice)")
    }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let ours: [ConfigurationKey] = [
        .choice("newswire.durability", Durability.allCases, \.log.durability),
        .milliseconds("newswire.flush.ms", from: 1, \.log.flushInterval),
        .integer("newswire.flush.bytes", 1 ... .max, \.log.flushBytes),
    ]

    private static let segments: [ConfigurationKey] = [
        // From 1 KiB on where Kafka says 1 MiB, and 24 for 4: small logs are of use to embedders.
        .integer("segment.bytes", 1024...int32Max, \.log.segmentBytes),
        .milliseconds("segment.ms", from: 1, \.log.segmentAge),
        .integer("segment.index.bytes", 24...int32Max, \.log.segmentIndexBytes),
        .integer("index.interval.bytes", 0...int32Max, \.log.indexIntervalBytes),
        .number("segment.jitter.ms", at: 0, from: 0, because: "segments here roll without jitter"),
        .flag("preallocate", because: "segment files end at their last batch; space is reserved"),
        .number(
            "file.delete.delay.ms", at: 60_000, from: 0,
            because: "files go at once, and readers keep what they hold"),
    ]

    private static let records: [ConfigurationKey] = [
        .integer("max.message.bytes", 0...int32Max, \.log.maxMessageBytes),
        .choice(
            "message.timestamp.type", [TimestampType.createTime, .logAppendTime],
            \.log.timestampType),
        .number(
            "message.timestamp.before.max.ms", at: .max, from: 0,
            because: "timestamps are not checked against the clock"),
        .number(
            "message.timestamp.after.max.ms", at: 3_600_000, from: 0,
            because: "timestamps are not checked against the clock"),
        .choice(
            "compression.type", TopicCompression.allCases, \.compression,
            later: ["snappy": otherCodecs, "lz4": otherCodecs, "zstd": otherCodecs]),
        ConfigurationKey.integer("compression.gzip.level", -1...9, \.log.gzipLevel)
            .refusing("0", range: "a whole number from 1 to 9, or -1 for zlib's own choice"),
        .number("compression.lz4.level", at: 9, from: 1, to: 17, because: otherCodecs),
        .number("compression.zstd.level", at: 3, from: -131_072, to: 22, because: otherCodecs),
    ]

    private static let retention: [ConfigurationKey] = [
        .age("retention.ms", \.log.retention),
        .limit("retention.bytes", \.log.retentionBytes),
        cleanupPolicy,
        .number("local.retention.ms", at: -2, from: -2, because: tieredStorage),
        .number("local.retention.bytes", at: -2, from: -2, because: tieredStorage),
        .flag("remote.storage.enable", because: tieredStorage),
        .flag("remote.log.copy.disable", because: tieredStorage),
        .flag("remote.log.delete.on.disable", because: tieredStorage),
    ]

    private static let compaction: [ConfigurationKey] = [
        .number("delete.retention.ms", at: 86_400_000, from: 0, because: compactionComesLater),
        .number("min.compaction.lag.ms", at: 0, from: 0, because: compactionComesLater),
        .number("max.compaction.lag.ms", at: .max, from: 1, because: compactionComesLater),
        .fixed(
            "min.cleanable.dirty.ratio", at: "0.5", "a number from 0 to 1",
            because: compactionComesLater, isValid: { Double($0).map((0...1).contains) ?? false }),
    ]

    private static let replication: [ConfigurationKey] = [
        .number("min.insync.replicas", at: 1, from: 1, because: oneMachine),
        .flag("unclean.leader.election.enable", because: oneMachine),
        .fixed(
            "leader.replication.throttled.replicas", at: "", "nothing", because: oneMachine,
            isValid: { _ in true }),
        .fixed(
            "follower.replication.throttled.replicas", at: "", "nothing", because: oneMachine,
            isValid: { _ in true }),
        .number(
            "flush.messages", at: .max, from: 1,
            because: "newswire.durability says when records are synced"),
        .number(
            "flush.ms", at: .max, from: 0,
            because: "newswire.durability and newswire.flush.ms say when records are synced"),
    ]

    private static let cleanupPolicy = ConfigurationKey(
        name: "cleanup.policy", range: "delete, or nothing to keep everything",
        read: { text, configuration in
            let words = text.split(separator: ",").map { trimmed($0) }
            guard words.allSatisfy(["delete", "compact"].contains) else { return .outOfRange }
            guard !words.contains("compact") else { return .notYet(compactionComesLater) }
            configuration.log.deletesExpired = words.contains("delete")
            return nil
        },
        write: { $0.log.deletesExpired ? "delete" : "" })

    private static let int32Max = Int(Int32.max)
    private static let compactionComesLater = "this version does not compact topics yet"
    private static let otherCodecs = "this version compresses with gzip only"
    private static let tieredStorage = "there is no remote storage"
    private static let oneMachine = "nothing is replicated: the directory is on one machine"

    /// `text` without the spaces around it, which Kafka ignores as well.
    package static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let rest = text.drop(while: isSpace)
        return String(rest.reversed().drop(while: isSpace).reversed())
    }
}

extension ConfigurationKey {
    /// A key of Kafka's that takes whole numbers, fixed here.
    fileprivate static func number(
        _ name: String, at value: Int64, from least: Int64, to most: Int64 = .max,
        because reason: String
    ) -> ConfigurationKey {
        .fixed(
            name, at: String(value),
            most == .max
                ? "a whole number from \(least)" : "a whole number from \(least) to \(most)",
            because: reason, isValid: { Int64($0).map((least...most).contains) ?? false })
    }

    /// A key of Kafka's that is true or false, fixed at false.
    fileprivate static func flag(_ name: String, because reason: String) -> ConfigurationKey {
        .fixed(
            name, at: "false", "true or false", because: reason,
            isValid: { ["true", "false"].contains($0) })
    }

    /// The same key without one of its values.
    fileprivate func refusing(_ value: String, range: String) -> ConfigurationKey {
        let read = self.read
        return ConfigurationKey(
            name: name, range: range,
            read: { text, configuration in
                Int(text) == Int(value) ? .outOfRange : read(text, &configuration)
            },
            write: write)
    }
}
