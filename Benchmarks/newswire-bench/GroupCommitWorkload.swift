internal import Newswire
internal import NewswireLog
internal import Synchronization

/// Many tasks, each of which waits until its record is on the disk before it sends the next one.
final class GroupCommitWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.appends
    private let plan: AppendPlan
    private let taskCount: Int
    private let partitionCount: Int
    private let directory: DataDirectory

    private static let valueByteCount = 1 << 10

    private init(tasks: Int, partitions: Int, _ context: BenchmarkContext) {
        taskCount = tasks
        partitionCount = partitions
        directory = context.directory
        // Enough for a steady state, and few where every commit may have many files to sync.
        let perTask = context.amount(tasks == 1 ? 500 : partitions == 1 ? 100 : 2, quick: 2)
        var plan = AppendPlan(
            values: .letters(valueByteCount: Self.valueByteCount), recordsPerBatch: 1,
            batchCount: tasks * perTask, level: .synced)
        plan.isFloorOverwriting = true
        self.plan = plan
        parameters = Parameters(
            "1 KiB, tasks \(tasks), partitions \(partitions)",
            [
                "valueBytes": .number(Self.valueByteCount), "tasks": .number(tasks),
                "partitions": .number(partitions),
            ])
    }

    static let producers = BenchmarkCase(
        name: "group-commit",
        summary: "tasks that wait for the disk one record at a time, against one sync for all in C",
        workloads: { context in
            let many = context.amount(1000, quick: 8)
            return [(1, 1), (128, 1), (512, 1), (many, many)].map {
                GroupCommitWorkload(tasks: $0, partitions: $1, context)
            }
        })

    func runEngine() throws -> Run {
        let configuration = TopicConfiguration(partitions: partitionCount, durability: .synced)
        let log = try BenchmarkTopic(in: directory.emptyDirectory("engine"), configuration)
        let senders = Senders(
            partitions: log.topic.partitions, count: taskCount,
            appendsEach: plan.batchCount / taskCount,
            value: Array(plan.values.bytes.prefix(Self.valueByteCount)))
        for partition in senders.partitions { _ = try partition.append(senders.fill) }  // Warms up.
        let outcome = Outcome()
        let watch = Stopwatch()
        Task { outcome.end(with: await senders.run()) }
        try outcome.wait()
        let run = watch.run(of: plan.amount, operations: plan.batchCount)
        try log.close()
        _ = try directory.emptyDirectory("engine")
        return run
    }

    func runFloor() throws -> Run? {
        try FloorPrograms.groupCommit(plan, group: taskCount, in: directory.path)
    }
}

/// Tasks that append to some partitions by turns.
private struct Senders: Sendable {
    let partitions: [Partition]
    let count: Int
    let appendsEach: Int
    let value: [UInt8]

    func fill(_ batch: inout RecordBatchBuilder) { batch.append(key: nil, value: value.rawSpan) }

    func run() async -> Result<Void, any Error> {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count { group.addTask { try await send(as: number) } }
                try await group.waitForAll()
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func send(as number: Int) async throws {
        let partition = partitions[number % partitions.count]
        for _ in 0..<appendsEach { _ = try await partition.send(fill) }
    }
}

/// How a task ended, for the thread that waits for it.
private final class Outcome: Sendable {
    private let result = Mutex(Result<Void, any Error>?.none)
    private let gate = Gate()

    func end(with outcome: Result<Void, any Error>) {
        result.withLock { $0 = outcome }
        gate.open()
    }

    func wait() throws {
        _ = gate.wait(until: nil)
        try result.withLock { $0 }?.get()
    }
}
