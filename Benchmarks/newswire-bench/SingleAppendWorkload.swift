internal import NewswireLog

/// One small record per append: what a call costs when nothing is shared.
final class SingleAppendWorkload: Workload {
    let unit = Unit.appends
    private let plan: AppendPlan
    private let engine: AppendWorkload
    private let directory: DataDirectory

    private init(_ plan: AppendPlan, in directory: DataDirectory) {
        self.plan = plan
        self.directory = directory
        engine = AppendWorkload(plan, in: directory)
    }

    static let single = BenchmarkCase(
        name: "append-single",
        summary: "one record of 100 B per append, against write(2) of the same bytes",
        workloads: { context in
            let plan = AppendPlan(
                values: .letters(valueByteCount: 100), recordsPerBatch: 1,
                batchCount: context.amount(500_000, quick: 5000), level: .written)
            return [SingleAppendWorkload(plan, in: context.directory)]
        })

    var parameters: Parameters { engine.parameters }

    func runEngine() throws -> Run { try engine.runEngine() }

    func runFloor() throws -> Run? { try FloorPrograms.write(plan, in: directory.path) }
}
