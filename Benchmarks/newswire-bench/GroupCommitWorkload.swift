internal import CFloors
internal import Newswire
internal import NewswireLog

/// Many tasks, each of which waits until its record is on the disk before it sends the next one.
final class GroupCommitWorkload: Workload {
    /// What it is compared with.
    enum Floor: String {
        /// All tasks' records in one write and one sync.
        case groups
        /// A transaction for each record.
        case sqlite
    }

    let parameters: Parameters
    let unit = Unit.appends
    let comparesRates: Bool
    private let plan: AppendPlan
    private let taskCount: Int
    private let floor: Floor
    private let directory: DataDirectory

    private static let valueByteCount = 1 << 10

    private init(tasks: Int, against floor: Floor, _ context: BenchmarkContext) {
        taskCount = tasks
        self.floor = floor
        comparesRates = floor == .sqlite
        directory = context.directory
        let perTask = context.amount(tasks == 1 ? 500 : 200, quick: 2)
        plan = Self.plan(tasks: tasks, perTask: perTask)
        let other = floor == .sqlite ? ", by SQLite" : ""
        parameters = Parameters(
            "1 KiB, tasks \(tasks)\(other)",
            [
                "valueBytes": .number(Self.valueByteCount), "tasks": .number(tasks),
                "partitions": .number(1), "floor": .text(floor.rawValue),
            ])
    }

    /// What the tasks send, beside a file that suits the floor best.
    static func plan(tasks: Int, perTask: Int) -> AppendPlan {
        var plan = AppendPlan(
            values: .letters(valueByteCount: valueByteCount), recordsPerBatch: 1,
            batchCount: tasks * perTask, level: .synced)
        plan.isFloorOverwriting = true
        return plan
    }

    static let producers = BenchmarkCase(
        name: "group-commit",
        summary: "tasks that wait for the disk one record at a time, against one sync for all in C",
        workloads: { context in
            var workloads: [any Workload] = [1, 128, 512].map {
                GroupCommitWorkload(tasks: $0, against: .groups, context)
            }
            if nwb_has_sqlite() != 0 {
                workloads.append(GroupCommitWorkload(tasks: 512, against: .sqlite, context))
            }
            return workloads + [SustainedCommitWorkload(context)]
        })

    func runEngine() throws -> Run {
        let configuration = TopicConfiguration(partitions: 1, durability: .synced)
        let log = try BenchmarkTopic(in: directory.emptyDirectory("engine"), configuration)
        let senders = CommitSenders(
            log.topic.partitions, count: taskCount,
            value: Array(plan.values.bytes.prefix(Self.valueByteCount)))
        _ = try log.partition.append(senders.fill)  // Warms up.
        let watch = Stopwatch()
        try senders.run(appendsEach: plan.batchCount / taskCount)
        let run = watch.run(of: plan.amount, operations: plan.batchCount)
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return run
    }

    func runFloor() throws -> Run? {
        switch floor {
        case .groups:
            return try FloorPrograms.groupCommit(plan, group: taskCount, in: directory.path)
        case .sqlite:
            // As many as take about as long as the engine's.
            return try FloorPrograms.sqlite(
                byteCount: Self.valueByteCount, count: max(10, plan.batchCount / 50),
                in: directory.path)
        }
    }
}
