internal import Newswire
internal import NewswireLog

/// Many tasks whose records spread over many partitions, for so long that what was committed first
/// has to be covered meanwhile.
final class SustainedCommitWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.appends
    let comparesRates = true
    private let plan: AppendPlan
    private let partitionCount: Int
    private let seconds: Int
    private let isQuick: Bool
    private let directory: DataDirectory

    private static let taskCount = 512

    init(_ context: BenchmarkContext) {
        partitionCount = context.amount(1000, quick: 8)
        seconds = context.seconds
        isQuick = context.isQuick
        directory = context.directory
        plan = GroupCommitWorkload.plan(
            tasks: Self.taskCount, perTask: context.amount(200, quick: 2))
        parameters = Parameters(
            "1 KiB, tasks \(Self.taskCount), logs \(partitionCount), \(seconds) s",
            [
                "valueBytes": .number(plan.values.valueByteCount),
                "tasks": .number(Self.taskCount), "partitions": .number(partitionCount),
                "seconds": .number(seconds),
            ])
    }

    func runEngine() throws -> Run {
        let configuration = TopicConfiguration(partitions: partitionCount, durability: .synced)
        let log = try BenchmarkTopic(in: directory.emptyDirectory("engine"), configuration)
        let senders = CommitSenders(
            log.topic.partitions, count: Self.taskCount,
            value: Array(plan.values.bytes.prefix(plan.values.valueByteCount)))
        try senders.run(appendsEach: 2)  // Makes the files.
        let before = log.records
        let watch = Stopwatch()
        let counts = try senders.run(seconds: seconds, isQuick: isQuick)
        let amount = log.records - before
        var run = watch.run(of: amount, operations: amount)
        run.details = details(of: counts)
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return run
    }

    func runFloor() throws -> Run? {
        try FloorPrograms.groupCommit(plan, group: Self.taskCount, in: directory.path)
    }

    private func details(of counts: [Int]) -> [Detail] {
        let perSecond = counts.map { Double($0) * (isQuick ? 10 : 1) }
        let shown = [
            ("first", perSecond.first), ("slowest", perSecond.min()), ("last", perSecond.last),
        ]
        return shown.map { name, value in
            Detail(name: "\(name) second", value: value ?? 0, unit: .appends)
        }
    }
}

extension BenchmarkTopic {
    /// How many records there are.
    fileprivate var records: Int {
        topic.partitions.reduce(0) { $0 + Int($1.offsets.highWatermark.value) }
    }
}
