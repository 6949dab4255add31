/// What the command line asks for.
struct Arguments {
    enum Command: Equatable {
        case help
        case list
        case limits
        case run(cases: [String])
        /// What the command runs itself, to be killed.
        case abandon(AbandonedWriter)
    }

    private(set) var command = Command.help
    /// How often each workload is timed; nil is the command's choice.
    private(set) var rounds: Int?
    private(set) var isQuick = false
    /// How long work that goes on and on is watched; nil is the command's choice.
    private(set) var seconds: Int?
    /// Where the JSON lines go.
    private(set) var jsonPath: String?
    /// Where the data lies meanwhile.
    private(set) var dataPath: String?
    /// Only workloads whose parameters contain this text.
    private(set) var match: String?

    static let roundsMax = 1000
    static let secondsMax = 3600

    static let usage = """
        newswire-bench list
        newswire-bench run CASE... | all [--rounds N] [--quick] [--seconds N] [--match TEXT]
                                         [--json FILE] [--data DIR]
        newswire-bench limits [--rounds N] [--quick] [--json FILE] [--data DIR]

          list            the cases and what each of them compares
          run             times the engine and its floor by turns, in one process
          limits          what this machine can do at best: disk, checksum, memory, locks
          --rounds N      how often each is timed, 1 to 1000 (9 by default; 1 with --quick)
          --quick         little data: shows that everything runs, the figures mean nothing
          --seconds N     how long each round of work that goes on and on is watched (5 by default;
                          1 with --quick)
          --match TEXT    only the workloads whose parameters contain TEXT, such as "100 B x 600"
          --json FILE     writes a JSON line per result to FILE
          --data DIR      keeps the data below DIR while it runs; otherwise in the system's
                          temporary directory

        Example: newswire-bench run append read --rounds 15 --json results.jsonl
        """

    init(_ words: some Sequence<String>) throws(BenchmarkFailure) {
        var rest = Array(words)[...]
        let verb = rest.popFirst() ?? "--help"
        var names: [String] = []
        while let word = rest.popFirst() {
            if word.hasPrefix("-") {
                try takeOption(word, from: &rest)
            } else {
                names.append(word)
            }
        }
        if verb != "--help", verb != "-h", command != .help || !isHelpAsked {
            command = try Self.command(verb, names)
        }
    }

    private var isHelpAsked = false

    private static func command(
        _ verb: String, _ names: [String]
    ) throws(BenchmarkFailure) -> Command {
        switch verb {
        case "run":
            guard !names.isEmpty else {
                throw .misuse("run needs the name of a case, or all: newswire-bench list has them")
            }
            return .run(cases: names)
        case AbandonedWriter.verb: return .abandon(try AbandonedWriter(names))
        case "list", "limits":
            if let name = names.first { throw .misuse("\(verb) takes no names, not even \(name)") }
            return verb == "list" ? .list : .limits
        default:
            throw .misuse("there is no command \(verb): list, run and limits are there")
        }
    }

    private mutating func takeOption(
        _ option: String, from rest: inout ArraySlice<String>
    ) throws(BenchmarkFailure) {
        switch option {
        case "--quick": isQuick = true
        case "--help", "-h": isHelpAsked = true
        case "--rounds":
            rounds = try Self.number(
                option, Self.roundsMax, try Self.value(of: option, from: &rest))
        case "--seconds":
            seconds = try Self.number(
                option, Self.secondsMax, try Self.value(of: option, from: &rest))
        case "--json": jsonPath = try Self.value(of: option, from: &rest)
        case "--data": dataPath = try Self.value(of: option, from: &rest)
        case "--match": match = try Self.value(of: option, from: &rest)
        default: throw .misuse("there is no option \(option): newswire-bench --help has them")
        }
    }

    private static func value(
        of option: String, from rest: inout ArraySlice<String>
    ) throws(BenchmarkFailure) -> String {
        guard let value = rest.popFirst(), !value.isEmpty else {
            throw .misuse("\(option) needs a value behind it")
        }
        return value
    }

    private static func number(
        _ option: String, _ most: Int, _ text: String
    ) throws(BenchmarkFailure) -> Int {
        guard let number = Int(text), (1...most).contains(number) else {
            throw .misuse("\(option) takes a number from 1 to \(most), not \(text)")
        }
        return number
    }
}
