import Newswire
import NewswireTesting
import Synchronization
import Testing

struct ProducerConcurrencyTests {
    let store: EngineStore
    let engine: StreamEngine

    init() throws {
        store = try EngineStore()
        engine = try store.open()
    }

    @Test(arguments: [Durability.synced, .written])
    func `threads that share a producer lose nothing and keep their order`(
        durability: Durability
    ) throws {
        let topic = try engine.createTopic("orders", .init(partitions: 3, durability: durability))
        let deliveries = DeliveryLog()
        var configuration = deliveries.configuration()
        configuration.batchSize = 2000
        configuration.linger = .milliseconds(1)
        configuration.bufferMemory = 20_000
        configuration.maxBlock = .seconds(60)
        let producer = engine.makeProducer(configuration)
        let failures = FailureLog()
        let threads = try (0..<4).map { thread in
            try Thread.start(name: "test") {
                failures.run { try enqueue(2000, as: thread, producer, topic) }
            }
        }
        for thread in threads { thread.join() }
        try producer.flush()
        #expect(failures.all == [])
        for partition in topic.partitions {
            let ends = try endsOfSequences(in: partition, threadCount: 4)
            #expect(ends.allSatisfy { $0 >= 2000 })
            // The log settles batches in any order; they are told in that of the records.
            let told = deliveries.reports.filter { $0.partition == partition.topicPartition }
            #expect(
                told.map(\.numbers.lowerBound) == [0] + told.dropLast().map(\.numbers.upperBound))
        }
        try engine.close()
    }

    @Test func `tasks that send at the same time get their own positions`() async throws {
        let topic = try await engine.createTopic("orders", .init(partitions: 2))
        let producer = engine.makeProducer()
        let positions = try await withThrowingTaskGroup(of: (Int, RecordPosition).self) { group in
            for number in 0..<300 {
                group.addTask {
                    let record = Record(value: Array("\(number)".utf8))
                    return (number, try await producer.send(record, to: topic))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(positions.map(\.1)).count == 300)
        for (number, position) in positions {
            let slice = try topic.partition(position.partition)
                .read(from: position.offset, maxBytes: 1)
            #expect(try slice.values.first == "\(number)")
        }
        try await engine.close()
    }

    @Test func `an engine that closes meanwhile answers every call`() async throws {
        let topic = try await engine.createTopic("orders", .init(partitions: 2))
        let producer = engine.makeProducer()
        let outcomes = await withTaskGroup(of: [NewswireError.Code].self) { group in
            for _ in 0..<4 {
                group.addTask { await sendUntilClosed(producer, topic) }
            }
            group.addTask { await close(engine) }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes == [.closed, .closed, .closed, .closed])
        let again = try await StreamEngine.open(at: store.path)
        #expect(again.recoveryReport.wasClean)
        try await again.close()
    }
}

/// Enqueues numbers, each to the partition of its remainder by three.
private func enqueue(
    _ count: Int, as thread: Int, _ producer: Producer, _ topic: Topic
) throws {
    for number in 0..<count {
        let value = Array("\(thread) \(number)".utf8)
        try producer.enqueue(key: nil, value: value, with: .init(partition: number % 3), to: topic)
    }
}

/// Expects the numbers of each thread in order and without a gap; answers which would come next.
private func endsOfSequences(in partition: Partition, threadCount: Int) throws -> [Int] {
    var next = Array(repeating: partition.number, count: threadCount)
    for value in try partition.values() {
        let parts = value.split(separator: " ").compactMap { Int($0) }
        #expect(next[parts[0]] == parts[1], "\(partition.topicPartition)")
        next[parts[0]] = parts[1] + 3
    }
    return next
}

/// Sends until that fails; answers why.
private func sendUntilClosed(_ producer: Producer, _ topic: Topic) async -> [NewswireError.Code] {
    do throws(NewswireError) {
        while true { try await producer.send(Record(value: Array("a".utf8)), to: topic) }
    } catch {
        return [error.code]
    }
}

/// Closes; answers why that failed, if it did.
private func close(_ engine: StreamEngine) async -> [NewswireError.Code] {
    do throws(NewswireError) { try await engine.close() } catch { return [error.code] }
    return []
}

/// What failed on other threads.
final class FailureLog: Sendable {
    private let failures = Mutex<[String]>([])

    var all: [String] { failures.withLock { $0 } }

    /// Runs `body` and notes what it throws.
    func run(_ body: () throws -> Void) {
        do { try body() } catch {
            let text = "\(error)"
            failures.withLock { $0.append(text) }
        }
    }
}
