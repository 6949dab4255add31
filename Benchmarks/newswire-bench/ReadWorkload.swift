internal import Newswire
internal import NewswireLog

/// All records of a segment that is in memory, one after the other.
final class ReadWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.records
    private let plan: AppendPlan
    private let isVerifying: Bool
    private let directory: DataDirectory
    private var log: BenchmarkTopic?

    private static let sliceBytes = 1 << 20

    private init(_ plan: AppendPlan, verifying: Bool, in directory: DataDirectory) {
        self.plan = plan
        isVerifying = verifying
        self.directory = directory
        let size = plan.values.valueByteCount
        parameters = Parameters(
            "\(size.inBytes) x \(plan.recordsPerBatch), \(verifying ? "CRC verified" : "no CRC")",
            [
                "valueBytes": .number(size), "recordsPerBatch": .number(plan.recordsPerBatch),
                "checksums": .text(verifying ? "verified" : "ignored"),
            ])
    }

    static let sequential = BenchmarkCase(
        name: "read",
        summary: "records in order from memory, against a C loop without checks and prefetch",
        workloads: { context in
            [(100, 600), (1 << 10, 64)].flatMap { size, count in
                let total = context.amount(256 << 20, quick: 4 << 20)
                let plan = AppendPlan(
                    values: .letters(valueByteCount: size), recordsPerBatch: count,
                    batchCount: total / (size * count), level: .written)
                return [false, true].map {
                    ReadWorkload(plan, verifying: $0, in: context.directory)
                }
            }
        })

    func prepare() throws {
        let log = try BenchmarkTopic(in: directory, TopicConfiguration(durability: .written))
        var filler = BatchFiller(plan)
        for _ in 0..<plan.batchCount { _ = try log.partition.append { filler.fill(&$0) } }
        self.log = log
    }

    func runEngine() throws -> Run {
        guard let partition = log?.partition else { throw BenchmarkFailure.notPrepared }
        let end = partition.offsets.highWatermark
        var offset = Offset.zero
        var sum: UInt64 = 0
        var byteCount = 0
        var sliceCount = 0
        let watch = Stopwatch()
        while offset < end {
            let slice = try partition.read(from: offset, maxBytes: Self.sliceBytes)
            sum &+= try Self.sum(of: slice, verifying: isVerifying)
            byteCount += slice.byteCount
            sliceCount += 1
            offset = slice.nextOffset
        }
        var run = watch.run(of: plan.amount, operations: sliceCount, byteCount: byteCount)
        run.checksum = sum
        return run
    }

    // Touches each value, as anyone who reads it would.
    private static func sum(of slice: FetchedSlice, verifying: Bool) throws -> UInt64 {
        var sum: UInt64 = 0
        var records = slice.records(verifyingChecksums: verifying)
        while let record = try records.next() {
            guard let value = record.value else { continue }
            sum &+= UInt64(value.byteCount) &+ UInt64(value.bigEndian(UInt8.self, at: 0))
        }
        return sum
    }

    func runFloor() throws -> Run? {
        try FloorPrograms.read(
            BenchmarkTopic.segmentPath(in: directory), verifying: isVerifying,
            recordCount: plan.amount)
    }

    func finish() throws { try log?.close() }
}
