internal import CFloors
internal import Glibc

/// `newswire-bench`: how fast the engine is, and how fast it could be at most.
@main
struct BenchmarkCommand {
    static func main() {
        do {
            try run(try Arguments(CommandLine.arguments.dropFirst()))
        } catch let failure as BenchmarkFailure {
            end(failure.description, failure.exitCode)
        } catch {
            end("\(error)", 1)
        }
    }

    private static func run(_ arguments: Arguments) throws {
        switch arguments.command {
        case .help: print(Arguments.usage)
        case .list: list()
        case .limits: try Session.run(arguments) { try $0.measureLimits() }
        case .abandon(let writer): try writer.run()
        case .run(let names):
            let cases = try BenchmarkCatalog.cases(named: names)
            try Session.run(arguments) { try $0.measure(cases) }
        }
    }

    private static func list() {
        for entry in BenchmarkCatalog.cases {
            print(ResultTable.row([entry.name, entry.summary]))
        }
    }

    private static func end(_ sentence: String, _ exitCode: Int32) {
        complain(sentence)
        exit(exitCode)
    }

    /// Writes a line to standard error.
    static func complain(_ sentence: String) {
        for byte in "newswire-bench: \(sentence)\n".utf8 { nwb_put_error(byte) }
    }
}
