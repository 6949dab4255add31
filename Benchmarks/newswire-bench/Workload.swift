/// One thing that is timed: the engine's way to do it beside the floor's.
protocol Workload: AnyObject {
    var parameters: Parameters { get }
    var unit: Unit { get }
    /// Whether engine and floor may do different amounts of the same work: rates are compared.
    var comparesRates: Bool { get }
    /// Makes what all rounds share.
    func prepare() throws
    /// Does it once; only the part between a stopwatch's start and stop counts.
    func runEngine() throws -> Run
    /// The same amount of the same work by a C loop; nil where there is none.
    func runFloor() throws -> Run?
    /// Closes what is open; its directory is removed after that.
    func finish() throws
}

extension Workload {
    var comparesRates: Bool { false }
    func prepare() throws {}
    func runFloor() throws -> Run? { nil }
    func finish() throws {}
}

/// Some workloads under one name.
struct BenchmarkCase: Sendable {
    let name: String
    let summary: String
    let workloads: @Sendable (BenchmarkContext) -> [any Workload]
}

/// Where a workload runs, and how large it is.
struct BenchmarkContext {
    /// A directory for the case alone; it exists.
    let directory: DataDirectory
    let isQuick: Bool
    /// How long work that goes on and on is watched.
    let seconds: Int

    /// The amount of work: `full`, or `quick` when it only has to be shown that it runs.
    func amount(_ full: Int, quick: Int) -> Int { isQuick ? quick : full }
}

/// Begins to time; the clock and the counter of allocations are read at both ends.
struct Stopwatch {
    private let allocations = Counters.allocations
    private let processorStart = Counters.processNanoseconds
    private let start = Counters.nanoseconds

    /// Ends the timed part.
    func run(of amount: Int, operations: Int, byteCount: Int? = nil) -> Run {
        let nanoseconds = Counters.nanoseconds - start
        return Run(
            amount: amount, nanoseconds: nanoseconds,
            processorNanoseconds: Counters.processNanoseconds - processorStart,
            byteCount: byteCount,
            allocations: Counters.allocations - allocations, operations: operations)
    }
}
