internal import CFloors
internal import Glibc

/// One run of the command: its directory, its table and its JSON lines.
struct Session {
    private let arguments: Arguments
    private let data: DataDirectory
    private var lines: ResultLines?

    /// Runs `body` with a fresh directory, which is removed whatever happens.
    static func run(
        _ arguments: Arguments, _ body: (inout Session) throws -> Void
    ) throws {
        nwb_watch_interrupts()
        let data = try DataDirectory(below: arguments.dataPath)
        do {
            var session = try Session(arguments, data)
            try body(&session)
        } catch {
            try data.remove()
            throw error
        }
        try data.remove()
    }

    private init(_ arguments: Arguments, _ data: DataDirectory) throws {
        self.arguments = arguments
        self.data = data
        let environment = Environment(dataDirectory: data.path)
        lines = try arguments.jsonPath.map { try ResultLines($0, environment) }
        print(environment.description)
        if !Environment.isOptimized {
            BenchmarkCommand.complain("a debug build: its figures mean nothing (-c release)")
        }
    }

    /// Measures each workload of `cases` that the arguments ask for.
    mutating func measure(_ cases: [BenchmarkCase]) throws {
        var isAny = false
        for entry in cases {
            let context = self.context(try data.emptyDirectory(entry.name))
            let workloads = entry.workloads(context).filter(isWanted)
            for workload in workloads {
                if !isAny { show(ResultTable.header) }
                isAny = true
                try measure(workload, of: entry)
                _ = try data.emptyDirectory(entry.name)
            }
        }
        guard isAny else {
            throw BenchmarkFailure.misuse("no workload's parameters contain what --match asks for")
        }
    }

    /// Measures what the machine can do at best.
    mutating func measureLimits() throws {
        let directory = try data.emptyDirectory("limits")
        let context = self.context(directory)
        show(ResultTable.limitHeader)
        for limit in MachineLimit.all(context) {
            var runs: [Run] = []
            for _ in 0..<(rounds + 1) {
                try Self.stopWhenInterrupted()
                runs.append(try FloorPrograms.limit(limit, in: directory.path))
            }
            let result = LimitResult(limit, Array(runs.dropFirst()))  // The first one warms up.
            show(ResultTable.row(of: result))
            try lines?.add(result)
        }
    }

    /// Ends the session, so that its directory goes, when somebody wants the command to end.
    static func stopWhenInterrupted() throws(BenchmarkFailure) {
        guard nwb_is_interrupted() != 0 else { return }
        throw BenchmarkFailure(description: "interrupted", exitCode: 130)
    }

    private var rounds: Int { arguments.rounds ?? (arguments.isQuick ? 1 : 9) }

    private func isWanted(_ workload: any Workload) -> Bool {
        arguments.match.map { workload.parameters.description.contains($0) } ?? true
    }

    private mutating func measure(_ workload: any Workload, of entry: BenchmarkCase) throws {
        let runner = WorkloadRunner(caseName: entry.name, rounds: rounds)
        let result = try runner.measure(workload)
        show(ResultTable.row(of: result))
        if let details = ResultTable.details(of: result) { show(details) }
        try lines?.add(result)
    }

    private func context(_ directory: DataDirectory) -> BenchmarkContext {
        BenchmarkContext(
            directory: directory, isQuick: arguments.isQuick,
            seconds: arguments.seconds ?? (arguments.isQuick ? 1 : 5))
    }

    /// A row, at once: a long run is watched.
    private func show(_ row: String) {
        print(row)
        nwb_flush_output()
    }
}
