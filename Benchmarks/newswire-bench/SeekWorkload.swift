internal import Newswire
internal import NewswireLog

/// Random look-ups: the engine's and the floor's go to the same places.
struct SeekPlan {
    /// Offsets, or timestamps in milliseconds.
    let keys: Range<Int64>
    let isByTime: Bool
    let lookupCount: Int
    let seed: UInt64
    var indexIntervalBytes = 4096

    /// Where look-up number `step` goes.
    func key(_ step: Int) -> Int64 {
        let random = Counters.random(seed: seed, step: step) % UInt64(keys.count)
        return keys.lowerBound + Int64(random)
    }
}

/// Random look-ups in a warm log of one segment.
final class SeekWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.lookups
    private let isByTime: Bool
    private let recordCount: Int
    private let lookupCount: Int
    private let directory: DataDirectory
    private var log: BenchmarkTopic?

    private static let valueByteCount = 100
    private static let recordsPerBatch = 32
    // The first record's time; each record is a millisecond later than the one before.
    private static let firstTimestamp: Int64 = 1_700_000_000_000

    private init(byTime: Bool, _ context: BenchmarkContext) {
        isByTime = byTime
        directory = context.directory
        recordCount =
            context.amount(2_000_000, quick: 20_000) / Self.recordsPerBatch * Self.recordsPerBatch
        lookupCount = context.amount(200_000, quick: 2000)
        parameters = Parameters(
            "by \(byTime ? "timestamp" : "offset")",
            [
                "by": .text(byTime ? "timestamp" : "offset"),
                "valueBytes": .number(Self.valueByteCount),
                "recordsPerBatch": .number(Self.recordsPerBatch),
                "records": .number(recordCount),
            ])
    }

    static let random = BenchmarkCase(
        name: "seek",
        summary: "the record at a random offset or time, against a sparse index in C",
        workloads: { context in [false, true].map { SeekWorkload(byTime: $0, context) } })

    func prepare() throws {
        let log = try BenchmarkTopic(
            in: directory, TopicConfiguration(durability: .written, retention: nil))
        let values = ValueSource.letters(valueByteCount: Self.valueByteCount)
        for start in stride(from: 0, to: recordCount, by: Self.recordsPerBatch) {
            _ = try log.partition.append { batch in
                let value = values.bytes.rawSpan.extracting(0..<Self.valueByteCount)
                for number in start..<(start + Self.recordsPerBatch) {
                    let time = Timestamp(milliseconds: Self.firstTimestamp + Int64(number))
                    batch.append(key: nil, value: value, timestamp: time)
                }
            }
        }
        self.log = log
    }

    func runEngine() throws -> Run {
        guard let partition = log?.partition else { throw BenchmarkFailure.notPrepared }
        let plan = plan
        var sum: UInt64 = 0
        let watch = Stopwatch()
        for step in 0..<plan.lookupCount {
            sum &+=
                isByTime
                ? try Self.offset(at: plan.key(step), in: partition)
                : try Self.record(at: plan.key(step), in: partition)
        }
        var run = watch.run(of: plan.lookupCount, operations: plan.lookupCount)
        run.checksum = sum
        return run
    }

    private static func record(at offset: Int64, in partition: Partition) throws -> UInt64 {
        let slice = try partition.read(from: Offset(offset), maxBytes: 1)
        var records = slice.records(verifyingChecksums: true)
        guard let record = try records.next(), let value = record.value else {
            throw BenchmarkFailure.failed("seek: there is no record at offset \(offset)")
        }
        return UInt64(record.offset.value) &+ UInt64(value.bigEndian(UInt8.self, at: 0))
    }

    private static func offset(at time: Int64, in partition: Partition) throws -> UInt64 {
        guard let found = try partition.firstOffset(at: Timestamp(milliseconds: time)) else {
            throw BenchmarkFailure.failed("seek: there is no record at time \(time)")
        }
        return UInt64(found.offset.value)
    }

    func runFloor() throws -> Run? {
        try FloorPrograms.seek(plan, in: BenchmarkTopic.segmentPath(in: directory))
    }

    func finish() throws { try log?.close() }

    private var plan: SeekPlan {
        let first = isByTime ? Self.firstTimestamp : 0
        return SeekPlan(
            keys: first..<(first + Int64(recordCount)), isByTime: isByTime,
            lookupCount: lookupCount, seed: 7)
    }
}
