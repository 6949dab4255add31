/// One key of a topic's configuration: how its text is read into and written from a
/// ``TopicConfiguration``.
package struct ConfigurationKey: Sendable {
    /// The exact name: Kafka's, or ours with `newswire.` before it.
    package let name: String
    /// What values it takes, as the rest of the sentence "KEY takes …".
    package let range: String
    /// Puts a text in; answers what is wrong with it.
    package let read: @Sendable (String, inout TopicConfiguration) -> ValueProblem?
    /// The canonical text of what is in.
    package let write: @Sendable (TopicConfiguration) -> String

    /// Why a text is refused.
    package enum ValueProblem: Equatable {
        /// It is not in the key's range.
        case outOfRange
        /// Kafka takes it, this version does not; the text says why.
        case notYet(String)
    }

    /// The canonical text of the default.
    package var defaultValue: String { write(TopicConfiguration()) }
}

/// Where a key's value lives; literal key paths are sendable, the type has to say so.
package typealias ValuePath<Value> = WritableKeyPath<TopicConfiguration, Value> & Sendable

extension ConfigurationKey {
    /// A key that takes a whole number.
    static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ place: any ValuePath<Int>
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, range: "a whole number \(sentence(range))",
            read: { text, configuration in
                guard let number = Int(text), range.contains(number) else { return .outOfRange }
                configuration[keyPath: place] = number
                return nil
            },
            write: { String($0[keyPath: place]) })
    }

    /// A key that takes a size, or -1 for none.
    static func limit(_ name: String, _ place: any ValuePath<Int?>) -> ConfigurationKey {
        ConfigurationKey(
            name: name, range: "a number of bytes from 0, or -1 for no limit",
            read: { text, configuration in
                guard let number = Int(text), number >= -1 else { return .outOfRange }
                configuration[keyPath: place] = number < 0 ? nil : number
                return nil
            },
            write: { String($0[keyPath: place] ?? -1) })
    }

    /// A key that takes milliseconds.
    static func milliseconds(
        _ name: String, from least: Int64, _ place: any ValuePath<Duration>
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, range: "milliseconds from \(least)",
            read: { text, configuration in
                guard let number = Int64(text), number >= least else { return .outOfRange }
                configuration[keyPath: place] = .milliseconds(number)
                return nil
            },
            write: { String($0[keyPath: place].milliseconds) })
    }

    /// A key that takes milliseconds, or -1 for ever.
    static func age(_ name: String, _ place: any ValuePath<Duration?>) -> ConfigurationKey {
        ConfigurationKey(
            name: name, range: "milliseconds from 0, or -1 for ever",
            read: { text, configuration in
                guard let number = Int64(text), number >= -1 else { return .outOfRange }
                configuration[keyPath: place] = number < 0 ? nil : .milliseconds(number)
                return nil
            },
            write: { String($0[keyPath: place]?.milliseconds ?? -1) })
    }

    /// A key that takes one of some words; `later` holds those that a later version will take.
    static func choice<Word: RawRepresentable<String> & Sendable>(
        _ name: String, _ words: [Word], _ place: any ValuePath<Word>, later: [String: String] = [:]
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, range: words.map(\.rawValue).formattedChoice,
            read: { text, configuration in
                if let reason = later[text] { return .notYet(reason) }
                guard let word = Word(rawValue: text) else { return .outOfRange }
                configuration[keyPath: place] = word
                return nil
            },
            write: { $0[keyPath: place].rawValue })
    }

    /// A key of Kafka's that cannot be changed here, for `reason`; `isValid` says what Kafka takes.
    static func fixed(
        _ name: String, at value: String, _ range: String, because reason: String,
        isValid: @escaping @Sendable (String) -> Bool
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, range: range,
            read: { text, _ in
                if text == value { return nil }
                return isValid(text) ? .notYet(reason) : .outOfRange
            },
            write: { _ in value })
    }

    private static func sentence(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    }
}

extension [String] {
    fileprivate var formattedChoice: String {
        let quoted = map { $0.isEmpty ? "nothing" : $0 }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}
