internal import Newswire
internal import NewswireLog

/// Batches that are compressed on their way.
final class GzipWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.bytes
    private let plan: AppendPlan
    private let level: Int
    private let directory: DataDirectory

    private static let valueByteCount = 256

    private init(level: Int, _ context: BenchmarkContext) {
        self.level = level
        directory = context.directory
        plan = AppendPlan(
            values: .events(valueByteCount: Self.valueByteCount), recordsPerBatch: 240,
            batchCount: context.amount(512, quick: 8), level: .written)
        parameters = Parameters(
            "\(Self.valueByteCount) B x \(plan.recordsPerBatch) JSON, level \(level)",
            [
                "valueBytes": .number(Self.valueByteCount),
                "recordsPerBatch": .number(plan.recordsPerBatch), "gzipLevel": .number(level),
            ])
    }

    static let levels = BenchmarkCase(
        name: "gzip",
        summary: "batches of JSON events compressed and appended, against zlib alone",
        workloads: { context in [1, 6].map { GzipWorkload(level: $0, context) } })

    func runEngine() throws -> Run {
        var configuration = TopicConfiguration(durability: .written, compression: .gzip)
        configuration.gzipLevel = level
        let log = try BenchmarkTopic(in: directory.emptyDirectory("engine"), configuration)
        var filler = BatchFiller(plan)
        _ = try log.partition.append { filler.fill(&$0) }
        filler = BatchFiller(plan)
        let bytesBefore = log.partition.storage.byteCount
        let watch = Stopwatch()
        for _ in 0..<plan.batchCount { _ = try log.partition.append { filler.fill(&$0) } }
        var run = watch.run(of: plan.valueByteCount, operations: plan.batchCount)
        // Without the headers, which are not compressed.
        run.byteCount = log.partition.storage.byteCount - bytesBefore - 61 * plan.batchCount
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return run
    }

    func runFloor() throws -> Run? { try FloorPrograms.gzip(plan, level: level) }
}
