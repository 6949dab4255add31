internal import Newswire
internal import NewswireLog

/// Records one by one through a producer, which makes the batches.
final class ProducerWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.records
    private let plan: AppendPlan
    private let directory: DataDirectory

    private init(_ plan: AppendPlan, in directory: DataDirectory) {
        self.plan = plan
        self.directory = directory
        let size = plan.values.valueByteCount
        parameters = Parameters(
            "\(size.inBytes), \(plan.level.rawValue)",
            ["valueBytes": .number(size), "durability": .text(plan.level.rawValue)])
    }

    static let enqueue = BenchmarkCase(
        name: "producer",
        summary: "records through Producer.enqueue, against encode, CRC and pwrite of its batches",
        workloads: { context in
            [(100, Durability.written), (100, .synced)].map { size, level in
                ProducerWorkload(plan(size, level, context), in: context.directory)
            }
        })

    private static func plan(
        _ size: Int, _ level: Durability, _ context: BenchmarkContext
    ) -> AppendPlan {
        let total = context.amount(128 << 20, quick: 4 << 20)
        // A batch of the producer's size, less its header and ten bytes around each value.
        let batchBytes = ProducerConfiguration().batchSize - RecordBatchHeader.byteCount
        let count = batchBytes / (size + 10)
        return AppendPlan(
            values: .letters(valueByteCount: size), recordsPerBatch: count,
            batchCount: total / (count * size), level: level)
    }

    func runEngine() throws -> Run {
        let configuration = TopicConfiguration(durability: plan.level)
        let log = try BenchmarkTopic(in: directory.emptyDirectory("engine"), configuration)
        var settings = ProducerConfiguration()
        // The floor waits for the disk as well.
        settings.maxBlock = .seconds(60)
        let producer = log.engine.makeProducer(settings)
        try enqueue(16 * plan.recordsPerBatch, producer, log.topic)  // Warms up.
        let watch = Stopwatch()
        try enqueue(plan.amount, producer, log.topic)
        let run = watch.run(of: plan.amount, operations: plan.batchCount)
        try producer.close()
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return run
    }

    private func enqueue(_ count: Int, _ producer: Producer, _ topic: Topic) throws {
        let values = plan.values  // A span of a class's property would not do.
        let bytes = values.bytes.rawSpan
        let size = values.valueByteCount
        var from = 0
        for _ in 0..<count {
            if from + size > bytes.byteCount { from = 0 }
            try producer.enqueue(key: nil, value: bytes.extracting(from..<(from + size)), to: topic)
            from += size
        }
        try producer.flush()
    }

    func runFloor() throws -> Run? { try FloorPrograms.append(plan, in: directory.path) }
}
