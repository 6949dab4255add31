internal import Newswire
internal import NewswireLog
internal import Synchronization

/// How long one producer waits for the disk, alone and beside others whose segments end and whose
/// commits have to be covered; the row's value is the 99th percentile.
final class LatencyWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.seconds
    private let isBusy: Bool
    private let sampleCount: Int
    private let directory: DataDirectory

    private static let valueByteCount = 1 << 10

    private init(isBusy: Bool, _ context: BenchmarkContext) {
        self.isBusy = isBusy
        sampleCount = context.amount(10_000, quick: 50)
        directory = context.directory
        parameters = Parameters(
            isBusy ? "p99 of 1 KiB beside rolls, by idle p99" : "p99 of 1 KiB, idle",
            [
                "valueBytes": .number(Self.valueByteCount),
                "others": .text(isBusy ? "rolling" : "none"),
            ])
    }

    static let synced = BenchmarkCase(
        name: "latency",
        summary: "how long one producer waits for the disk: idle, and while segments end",
        workloads: { context in
            [false, true].map { LatencyWorkload(isBusy: $0, context) }
        })

    func runEngine() throws -> Run { try runEngine(isBusy: isBusy, "") }

    /// What the busy engine is compared with is the idle one, in the same round.
    func runFloor() throws -> Run? {
        if isBusy { return try runEngine(isBusy: false, "idle ") }
        let latencies = try FloorPrograms.syncLatencies(
            byteCount: Self.valueByteCount, count: sampleCount, in: directory.path)
        return Self.run(of: latencies, "floor ")
    }

    private func runEngine(isBusy: Bool, _ name: String) throws -> Run {
        let data = try directory.emptyDirectory("engine")
        var configuration = TopicConfiguration(partitions: 33, durability: .synced)
        configuration.segmentBytes = 512 << 10
        let log = try BenchmarkTopic(in: data, configuration)
        let value = [UInt8](repeating: 120, count: Self.valueByteCount)
        let others = OtherProducers(Array(log.topic.partitions.dropFirst()))
        let thread = isBusy ? try others.start() : nil
        var latencies: [Int64] = []
        latencies.reserveCapacity(sampleCount)
        for number in -16..<sampleCount {
            let start = Counters.nanoseconds
            _ = try log.partition.append { $0.append(key: nil, value: value.rawSpan) }
            // The first ones warm up.
            if number >= 0 { latencies.append(Counters.nanoseconds - start) }
        }
        others.end()
        thread?.join()
        try others.check()
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return Self.run(of: latencies, name)
    }

    private static func run(of latencies: [Int64], _ name: String) -> Run {
        let sorted = latencies.sorted()
        func percentile(_ part: Double) -> Int64 {
            sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
        }
        let parts = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1)]
        let details = parts.map { label, part in
            Detail(
                name: name + label, value: Double(percentile(part)) / 1e9, unit: .seconds)
        }
        return Run(
            amount: 1, nanoseconds: percentile(0.99), processorNanoseconds: 0, details: details)
    }
}

/// A thread that appends 16 MB a second to many partitions with small segments: some thirty end in
/// each second.
private final class OtherProducers: Sendable {
    private let partitions: [Partition]
    private let isEnding = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)

    private static let value = [UInt8](repeating: 121, count: 16 << 10)
    private static let pause = Duration.milliseconds(1)

    init(_ partitions: [Partition]) { self.partitions = partitions }

    func start() throws -> Thread {
        try Thread.start(name: "others") { [self] in
            do { try run() } catch { failure.withLock { $0 = error } }
        }
    }

    func end() { isEnding.store(true, ordering: .relaxed) }

    func check() throws { if let failure = failure.withLock({ $0 }) { throw failure } }

    private func run() throws {
        let gate = Gate()
        let clock = SystemTimeSource()
        var next = clock.instant()
        var number = 0
        while !isEnding.load(ordering: .relaxed) {
            _ = try partitions[number % partitions.count].append { batch in
                batch.append(key: nil, value: Self.value)
            }
            number += 1
            next = max(next + Self.pause, clock.instant())
            _ = gate.wait(until: next)
        }
    }
}
