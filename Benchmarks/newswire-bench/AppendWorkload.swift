internal import Newswire
internal import NewswireLog

/// Record batches, each built, appended and acknowledged before the next one begins.
final class AppendWorkload: Workload {
    let parameters: Parameters
    let unit: Unit
    private let plan: AppendPlan
    private let directory: DataDirectory
    // So many that buffers, files and maps are there when the clock starts.
    private static let warmUpBatchCount = 16

    init(_ plan: AppendPlan, in directory: DataDirectory) {
        self.plan = plan
        self.directory = directory
        unit = plan.recordsPerBatch == 1 ? .appends : .records
        parameters = Self.parameters(of: plan)
    }

    static let batches = BenchmarkCase(
        name: "append",
        summary: "record batches through Partition.append, against encode, CRC and pwrite in C",
        workloads: { context in
            plans(context).map { AppendWorkload($0, in: context.directory) }
        })

    func runEngine() throws -> Run {
        let log = try BenchmarkTopic(in: directory.emptyDirectory("engine"), configuration)
        var filler = BatchFiller(plan)
        for _ in 0..<Self.warmUpBatchCount { _ = try log.partition.append { filler.fill(&$0) } }
        let bytesBefore = log.partition.storage.byteCount
        let watch = Stopwatch()
        for _ in 0..<plan.batchCount { _ = try log.partition.append { filler.fill(&$0) } }
        var run = watch.run(of: plan.amount, operations: plan.batchCount)
        run.byteCount = log.partition.storage.byteCount - bytesBefore
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return run
    }

    func runFloor() throws -> Run? { try FloorPrograms.append(plan, in: directory.path) }

    private var configuration: TopicConfiguration {
        var configuration = TopicConfiguration(durability: plan.level)
        configuration.segmentBytes = plan.segmentBytes
        configuration.flushBytes = plan.flushBytes
        configuration.maxMessageBytes = 8 << 20
        return configuration
    }

    private static func parameters(of plan: AppendPlan) -> Parameters {
        let size = plan.values.valueByteCount
        let segment = plan.segmentBytes == 1 << 30 ? "" : ", segment \(plan.segmentBytes.inBytes)"
        let floor = plan.isFloorOverwriting ? ", floor overwrites" : ""
        return Parameters(
            "\(size.inBytes) x \(plan.recordsPerBatch), \(plan.level.rawValue)\(segment)\(floor)",
            [
                "valueBytes": .number(size), "recordsPerBatch": .number(plan.recordsPerBatch),
                "durability": .text(plan.level.rawValue),
                "segmentBytes": .number(plan.segmentBytes),
                "floorFile": .text(plan.isFloorOverwriting ? "overwritten" : "fresh"),
            ])
    }

    private static func plans(_ context: BenchmarkContext) -> [AppendPlan] {
        let total = context.amount(256 << 20, quick: 4 << 20)
        let shapes = [
            (100, 600), (1 << 10, 64), (100, 100), (100, 10), (16, 2500), (64 << 10, 1),
            (1000 << 10, 1),
        ]
        var plans = shapes.map { plan($0, .written, total) }
        var rolling = plan((100, 600), .written, total)
        rolling.segmentBytes = total / 8
        plans.append(rolling)
        return plans + [.none, .interval].map { plan((100, 600), $0, total) }
    }

    static let large = BenchmarkCase(
        name: "synced-large",
        summary: "1 MiB per append, each on the disk before the next, against write and fdatasync",
        workloads: { context in
            // Beside the file that suits the floor best, and one that grows as a segment does.
            [true, false].map { isOverwriting in
                let total = context.amount(200, quick: 4) << 20
                var plan = plan((1 << 20, 1), .synced, total)
                plan.isFloorOverwriting = isOverwriting
                return AppendWorkload(plan, in: context.directory)
            }
        })

    private static func plan(
        _ shape: (size: Int, count: Int), _ level: Durability, _ total: Int
    ) -> AppendPlan {
        AppendPlan(
            values: .letters(valueByteCount: shape.size), recordsPerBatch: shape.count,
            batchCount: max(1, total / (shape.size * shape.count)), level: level)
    }
}
