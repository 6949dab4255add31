internal import NewswireLog

/// Batches built and sealed in memory: an append without its log.
final class EncodeWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.records
    private let plan: AppendPlan
    private var batch = RecordBatchBuilder(byteCapacity: 2 << 20)

    private init(_ plan: AppendPlan) {
        self.plan = plan
        let size = plan.values.valueByteCount
        parameters = Parameters(
            "\(size.inBytes) x \(plan.recordsPerBatch)",
            ["valueBytes": .number(size), "recordsPerBatch": .number(plan.recordsPerBatch)])
    }

    static let batches = BenchmarkCase(
        name: "encode",
        summary: "batches built and sealed in memory, against encode and CRC in C",
        workloads: { context in
            [(100, 600), (100, 1), (1 << 10, 64)].map { size, count in
                let total = context.amount(256 << 20, quick: 4 << 20)
                return EncodeWorkload(
                    AppendPlan(
                        values: .letters(valueByteCount: size), recordsPerBatch: count,
                        batchCount: total / (size * count), level: .written))
            }
        })

    func runEngine() throws -> Run {
        var filler = BatchFiller(plan)
        let time = SystemTimeSource()
        var byteCount = 0
        let watch = Stopwatch()
        for _ in 0..<plan.batchCount {
            batch.reset()
            batch.defaultTimestamp = time.wallClock()
            filler.fill(&batch)
            try batch.seal(
                codec: .none, gzipLevel: -1, logAppendTime: nil, producer: nil, kind: .data)
            byteCount += batch.encodedByteCount
        }
        return watch.run(of: plan.amount, operations: plan.batchCount, byteCount: byteCount)
    }

    func runFloor() throws -> Run? { try FloorPrograms.encode(plan) }
}
