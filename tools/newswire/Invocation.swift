import Newswire
import NewswireLog

/// One call of the command: what was asked for, and where answers go.
struct Invocation: Sendable {
    let arguments: Arguments
    let output: StandardOutput
    let messages: Messages
    let time: any TimeSource = SystemTimeSource()

    init(_ arguments: Arguments, output: StandardOutput) {
        self.arguments = arguments
        self.output = output
        messages = Messages(
            isQuiet: arguments.has(.quiet), isVerbose: arguments.has(.verbose))
    }

    /// The directory that the command works on.
    func dataPath() throws(CommandFailure) -> String {
        guard let path = arguments.value(of: .data) ?? Environment.value("NEWSWIRE_DATA") else {
            throw .misuse("no directory is given: use --data DIR or set NEWSWIRE_DATA")
        }
        guard !path.isEmpty else { throw .misuse("--data names no directory: it is empty") }
        return path
    }

    /// An operand that the table of commands requires.
    func operand(_ place: Int) throws(CommandFailure) -> String {
        guard let operand = arguments.operand(place) else {
            throw .misuse("an operand is missing")
        }
        return operand
    }

    /// The format that was asked for; nil leaves it to the command.
    var askedFormat: OutputFormat? {
        arguments.value(of: .output).flatMap(OutputFormat.init(rawValue:))
    }

    /// The format of output that is a list.
    var listFormat: OutputFormat { askedFormat ?? (output.isTerminal ? .table : .jsonl) }

    // MARK: Values of options

    /// A whole number within `range`; nil when the option was not given.
    func integer(
        of option: Option, in range: ClosedRange<Int64>
    ) throws(CommandFailure) -> Int64? {
        guard let text = arguments.value(of: option) else { return nil }
        return try integer(text, of: option, in: range)
    }

    /// The numbers of an option that may be repeated.
    func integers(
        of option: Option, in range: ClosedRange<Int64>
    ) throws(CommandFailure) -> [Int64] {
        var numbers: [Int64] = []
        for text in arguments.values(of: option) {
            numbers.append(try integer(text, of: option, in: range))
        }
        return numbers
    }

    private func integer(
        _ text: String, of option: Option, in range: ClosedRange<Int64>
    ) throws(CommandFailure) -> Int64 {
        guard let number = Int64(text), !text.hasPrefix("+"), range.contains(number) else {
            throw .misuse(
                "--\(option.name) is a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound), not '\(text)'")
        }
        return number
    }

    /// A duration, as in `30s`; nil when the option was not given.
    func duration(of option: Option) throws(CommandFailure) -> Duration? {
        guard let text = arguments.value(of: option) else { return nil }
        guard let duration = DurationText.parse(text) else {
            throw .misuse(
                "--\(option.name) is a duration as 500ms, 30s or 1h30m, not '\(text)'")
        }
        return duration
    }

    /// A place in a topic; nil when the option was not given.
    func place(of option: Option) throws(CommandFailure) -> Where? {
        guard let text = arguments.value(of: option) else { return nil }
        guard let place = Where(text, now: time.wallClock()) else {
            throw .misuse("--\(option.name) is one of \(Where.forms), not '\(text)'")
        }
        return place
    }
}
