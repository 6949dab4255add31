/// Why a benchmark was not run or has no result, in one sentence.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
    let exitCode: Int32

    /// The command was not asked for something it can do.
    static func misuse(_ sentence: String) -> BenchmarkFailure {
        BenchmarkFailure(description: sentence, exitCode: 2)
    }

    /// A workload was run before it was prepared.
    static var notPrepared: BenchmarkFailure { failed("a workload was not prepared") }

    /// It was, and that did not work.
    static func failed(_ sentence: String) -> BenchmarkFailure {
        BenchmarkFailure(description: sentence, exitCode: 1)
    }
}
