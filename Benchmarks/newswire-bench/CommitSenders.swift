internal import Newswire
internal import NewswireLog
internal import Synchronization

/// Tasks that append to some partitions by turns, each waiting for the disk.
final class CommitSenders: Sendable {
    private let partitions: [Partition]
    private let count: Int
    private let value: [UInt8]
    private let doneCount = Atomic(0)
    private let isEnding = Atomic(false)

    init(_ partitions: [Partition], count: Int, value: [UInt8]) {
        self.partitions = partitions
        self.count = count
        self.value = value
    }

    func fill(_ batch: inout RecordBatchBuilder) {
        let value = self.value  // A span of a property of a class would not do.
        batch.append(key: nil, value: value.rawSpan)
    }

    /// Each task sends so many records; returns when all are on the disk.
    func run(appendsEach: Int) throws {
        try start(appendsEach: appendsEach).wait()
    }

    /// The tasks send until `seconds` have passed; answers how many records each second saw.
    func run(seconds: Int, isQuick: Bool) throws -> [Int] {
        let outcome = start(appendsEach: .max)
        let gate = Gate()
        var next = SystemTimeSource().instant()
        var counts: [Int] = []
        var before = 0
        for _ in 0..<max(2, seconds) {
            next = next + (isQuick ? .milliseconds(100) : .seconds(1))
            _ = gate.wait(until: next)
            let now = doneCount.load(ordering: .relaxed)
            counts.append(now - before)
            before = now
        }
        isEnding.store(true, ordering: .relaxed)
        try outcome.wait()
        return counts
    }

    private func start(appendsEach: Int) -> Outcome {
        let outcome = Outcome()
        Task { outcome.end(with: await sendAll(appendsEach)) }
        return outcome
    }

    private func sendAll(_ appendsEach: Int) async -> Result<Void, any Error> {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask { [self] in try await send(as: number, appendsEach) }
                }
                try await group.waitForAll()
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func send(as number: Int, _ appendsEach: Int) async throws {
        var step = 0
        // The tasks begin far apart and go round, so that all partitions get as much.
        var turn = number * partitions.count / count
        while step < appendsEach, !isEnding.load(ordering: .relaxed) {
            _ = try await partitions[turn % partitions.count].send(fill)
            doneCount.add(1, ordering: .relaxed)
            step += 1
            turn += 1
        }
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
