/// The rules for names of topics, which are Kafka's.
package enum TopicName {
    /// The longest name: with `-`, five digits and nothing else it fits a file name of 255 bytes.
    package static let byteCountMax = 249
    /// What the names of the engine's own topics begin with.
    package static let internalPrefix = "__"
    /// The topic that says which topics there are.
    package static let metadata = "__metadata"

    /// Whether `name` is one of the engine's own.
    package static func isInternal(_ name: String) -> Bool { name.hasPrefix(internalPrefix) }

    /// Checks the form of a name, whoever uses it.
    package static func validate(_ name: String) throws(NewswireError) {
        let problem: String
        if name.isEmpty {
            problem = "it is empty"
        } else if name == "." || name == ".." {
            problem = "it means a directory"
        } else if name.utf8.count > byteCountMax {
            problem = "it has \(name.utf8.count) characters, and \(byteCountMax) are the most"
        } else if let letter = name.unicodeScalars.first(where: { !isAllowed($0) }) {
            problem = "it contains \(letter.debugDescription); use letters, digits, '.', '_', '-'"
        } else {
            return
        }
        throw NewswireError(
            .invalidTopicName, "\(name.debugDescription) is no name for a topic: \(problem)",
            at: .init(topic: name))
    }

    /// Checks that users may create, change or delete a topic of this name.
    package static func validateForUsers(_ name: String) throws(NewswireError) {
        try validate(name)
        guard isInternal(name) else { return }
        throw NewswireError(
            .internalTopic,
            "\(name) begins with __ and is the engine's own: it can be read, not changed",
            at: .init(topic: name))
    }

    /// The name as Kafka's metrics see it: two topics whose names agree in it must not coexist.
    package static func collisionKey(_ name: String) -> [UInt8] {
        name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }
    }

    private static func isAllowed(_ letter: Unicode.Scalar) -> Bool {
        switch letter {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}
