/// What a command line says, sorted: which options with which values, and which operands.
struct Arguments: Sendable {
    private(set) var operands: [String] = []
    // By the option's name; a flag has one empty value.
    private var values: [String: [String]] = [:]

    /// Whether the option was given.
    func has(_ option: Option) -> Bool { values[option.name] != nil }

    /// The value of an option; nil when it was not given.
    func value(of option: Option) -> String? { values[option.name]?.last }

    /// All values of an option that may be repeated.
    func values(of option: Option) -> [String] { values[option.name] ?? [] }

    /// The operand at `place`; nil when there are fewer.
    func operand(_ place: Int) -> String? { place < operands.count ? operands[place] : nil }

    mutating func add(_ operand: String) { operands.append(operand) }

    mutating func add(_ value: String, of option: Option) {
        values[option.name, default: []].append(value)
    }
}
