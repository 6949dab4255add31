extension TopicConfiguration {
    /// The names of all keys, sorted.
    public static var keys: [String] { ConfigurationKeys.all.map(\.name) }

    /// Sets the key of that exact name from its text.
    ///
    /// - Throws: `.unknownConfiguration` with the nearest key; `.invalidConfiguration` with the
    ///   range; `.unsupported` for what Kafka takes and this version does not.
    public mutating func set(_ key: String, _ value: String) throws(NewswireError) {
        let key = try ConfigurationKeys.key(key)
        let text = ConfigurationKeys.trimmed(value)
        switch key.read(text, &self) {
        case nil: return
        case .outOfRange:
            throw NewswireError(
                .invalidConfiguration,
                "\(key.name) cannot be \(value.debugDescription): it takes \(key.range)")
        case .notYet(let reason):
            throw NewswireError(
                .unsupported,
                "\(key.name) cannot be \(value.debugDescription): \(reason); leave it at"
                    + " \(key.defaultValue.debugDescription)")
        }
    }

    /// Sets a key back to its default.
    public mutating func reset(_ key: String) throws(NewswireError) {
        try set(key, try ConfigurationKeys.key(key).defaultValue)
    }

    /// The text of a key's value.
    public func value(of key: String) throws(NewswireError) -> String {
        try ConfigurationKeys.key(key).write(self)
    }

    /// All keys with their values, sorted.
    public var entries: [ConfigurationEntry] {
        ConfigurationKeys.all.map { key in
            let value = key.write(self)
            return ConfigurationEntry(
                key: key.name, value: value, isDefault: value == key.defaultValue)
        }
    }

    /// The values that are not the defaults, by key.
    public var overrides: [String: String] {
        let changed = entries.filter { !$0.isDefault }.map { ($0.key, $0.value) }
        return Dictionary(uniqueKeysWithValues: changed)
    }

    /// The defaults, but for some keys.
    public init(overrides: [String: String], partitions: Int = 1) throws(NewswireError) {
        self.init(partitions: partitions)
        for (key, value) in overrides.sorted(by: { $0.key < $1.key }) { try set(key, value) }
    }

    /// This configuration with some keys changed, or none if one of them cannot be.
    public func applying(_ changes: ConfigurationChanges) throws(NewswireError) -> Self {
        var changed = self
        for key in changes.reset { try changed.reset(key) }
        for (key, value) in changes.set.sorted(by: { $0.key < $1.key }) {
            guard !changes.reset.contains(key) else {
                throw NewswireError(
                    .invalidConfiguration, "\(key) is set and reset in one change: leave one out")
            }
            try changed.set(key, value)
        }
        return changed
    }

    /// This configuration as its texts say it, with each value checked: properties take any number.
    package func validated() throws(NewswireError) -> Self {
        guard (1...Self.partitionCountMax).contains(partitions) else {
            throw NewswireError(
                .invalidConfiguration,
                "a topic has 1 to \(Self.partitionCountMax) partitions, not \(partitions)")
        }
        return try Self(overrides: overrides, partitions: partitions)
    }
}

/// One key of a topic's configuration, with its value.
public struct ConfigurationEntry: Hashable, Sendable {
    /// The exact name.
    public let key: String
    /// The value's text.
    public let value: String
    /// Whether that is the default.
    public let isDefault: Bool
}
