internal import NewswireLog

/// One thread whose appends are on the disk one by one: what a commit costs when nobody shares it.
final class SyncedAppendWorkload: Workload {
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
        name: "synced-single",
        summary: "one thread, one synced append at a time, against pwrite and fdatasync",
        workloads: { context in
            [1 << 10, 64 << 10].map { size in
                let plan = AppendPlan(
                    values: .letters(valueByteCount: size), recordsPerBatch: 1,
                    batchCount: context.amount(size == 1 << 10 ? 2000 : 500, quick: 10),
                    level: .synced)
                return SyncedAppendWorkload(plan, in: context.directory)
            }
        })

    var parameters: Parameters { engine.parameters }

    // Its bytes are not the engine's: a page of its own for each value, and nothing around that.
    func runEngine() throws -> Run {
        var run = try engine.runEngine()
        run.byteCount = nil
        return run
    }

    func runFloor() throws -> Run? {
        try FloorPrograms.syncWrites(
            byteCount: plan.values.valueByteCount, count: plan.amount, in: directory.path)
    }
}
