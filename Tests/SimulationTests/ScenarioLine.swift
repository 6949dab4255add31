/// One line of a text case, taken apart: a verb, words, and values that have names.
struct ScenarioLine {
    /// What is wrong with a line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let verb: Substring
    private let text: Substring
    private let words: [Substring]
    private let values: [Substring: Substring]

    init(_ line: Substring) {
        text = line
        let parts = line.split(separator: " ")
        verb = parts.first ?? ""
        words = parts.dropFirst().filter { !$0.contains("=") }
        values = Dictionary(
            parts.filter { $0.contains("=") }.map { part in
                let sides = part.split(separator: "=", maxSplits: 1)
                return (sides[0], sides.count > 1 ? sides[1] : "")
            }, uniquingKeysWith: { $1 })
    }

    func failure(_ reason: String) -> Failure { Failure(description: "\(reason): \(text)") }

    /// The word that follows the verb.
    func word() throws(Failure) -> String {
        guard let word = words.first else { throw failure("a word is missing") }
        return String(word)
    }

    /// The number that follows the verb.
    func number() throws(Failure) -> Int {
        guard let number = Int(try word()) else { throw failure("no number follows the verb") }
        return number
    }

    /// The value with that name; nil when there is none.
    func value<Value: LosslessStringConvertible>(
        _ name: Substring, as type: Value.Type
    ) throws(Failure) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = Value(String(text)) else { throw failure("\(name) cannot be read") }
        return value
    }

    func required<Value: LosslessStringConvertible>(
        _ name: Substring, as type: Value.Type
    ) throws(Failure) -> Value {
        guard let value = try value(name, as: type) else { throw failure("\(name) is missing") }
        return value
    }

    /// The case whose name is the value called `name`; nil when there is none.
    func choice<Choice: RawRepresentable<String>>(
        _ name: Substring, of type: Choice.Type
    ) throws(Failure) -> Choice? {
        guard let text = values[name] else { return nil }
        guard let choice = Choice(rawValue: String(text)) else {
            throw failure("\(name) is none that there is")
        }
        return choice
    }
}
