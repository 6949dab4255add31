import Newswire
import NewswireTesting
import Synchronization
import Testing

struct ConsumerConcurrencyTests {
    let store: EngineStore
    let engine: StreamEngine

    init() throws {
        store = try EngineStore()
        engine = try store.open()
    }

    @Test(arguments: [Durability.synced, .written])
    func `a follower sees everything once and in order while segments roll and go`(
        durability: Durability
    ) async throws {
        let topic = try await makeTopic(durability)
        let consumer = try engine.makeConsumer(topics: ["orders"])
        let writing = Task { try await write(3000, to: topic) }
        var next = [0, 0]
        for try await batch in consumer.batches {
            next[batch.partition.partition] = try check(
                batch, next: next[batch.partition.partition])
            // Only what was read goes: then nothing may be missing.
            try topic.partition(batch.partition.partition).trim(before: .offset(batch.offset))
            if next == [1500, 1500] { break }
        }
        try await writing.value
        let segments = topic.partitions.reduce(0) { $0 + $1.storage.segmentCount }
        #expect(next == [1500, 1500])
        #expect(segments < 100)
        try await engine.close()
    }

    @Test func `a follower that is overtaken goes on with what is there`() async throws {
        let topic = try await makeTopic(.written)
        var configuration = ConsumerConfiguration()
        configuration.onMissing = .skipToBeginning
        configuration.fetchBytes = 200
        let consumer = try engine.makeConsumer(topics: ["orders"], configuration)
        let writing = Task { try await write(3000, to: topic, trimming: true) }
        var last = [-1, -1]
        while last != [1499, 1499] {
            let batch = try #require(try await consumer.poll(maxWait: .seconds(30)))
            for value in try batch.values {
                let number = try #require(Int(value))
                #expect(number > last[batch.partition.partition])
                last[batch.partition.partition] = number
            }
        }
        try await writing.value
        try await engine.close()
    }

    @Test func `several readers of one consumer share the records`() async throws {
        let topic = try await makeTopic(.written)
        let consumer = try engine.makeConsumer(topics: ["orders"])
        let seen = SeenValues()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { try await seen.note(all: consumer, of: 3000) }
            }
            group.addTask { try await write(3000, to: topic) }
            try await group.waitForAll()
        }
        let expected = (0..<2).flatMap { partition in
            (0..<1500).map { "orders-\(partition) \($0)" }
        }
        #expect(seen.all.sorted() == expected.sorted())
        try await engine.close()
    }

    @Test func `a reader beside the writer follows it`() async throws {
        let topic = try await makeTopic(.synced)
        let reader = try await StreamEngine.openReadOnly(at: store.path)
        let consumer = try reader.makeConsumer(topics: ["orders"])
        let writing = Task { try await write(300, to: topic) }
        var next = [0, 0]
        while next != [150, 150] {
            let batch = try #require(try await consumer.poll(maxWait: .seconds(30)))
            let partition = batch.partition.partition
            next[partition] = try check(batch, next: next[partition])
        }
        try await writing.value
        try await reader.close()
        try await engine.close()
    }

    @Test func `a reader that waits is told when its topic goes`() async throws {
        try await engine.createTopic("orders")
        let reader = try await StreamEngine.openReadOnly(at: store.path)
        let consumer = try reader.makeConsumer(topics: ["orders"])
        async let waiting = Result { () async throws in
            try await consumer.poll(maxWait: .seconds(30))
        }
        try await engine.deleteTopic("orders")
        let outcome = await waiting
        #expect((outcome.failure as? NewswireError)?.code == .deleted)
        try await reader.close()
        try await engine.close()
    }

    @Test func `seeks meanwhile take effect`() throws {
        let topic = try engine.createTopic("orders", .init(durability: .written))
        try topic.partition(0).append("0", "1", "2", "3")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        let failures = FailureLog()
        let thread = try Thread.start(name: "test") {
            failures.run {
                for _ in 0..<500 {
                    try consumer.seek(TopicPartition("orders", 0), to: .offset(Offset(2)))
                }
            }
        }
        for _ in 0..<500 { _ = try consumer.next() }
        thread.join()
        #expect(failures.all == [])
        try consumer.seek(TopicPartition("orders", 0), to: .offset(Offset(1)))
        #expect(try consumer.remaining() == ["1", "2", "3"])
        try engine.close()
    }

    private func makeTopic(_ durability: Durability) async throws -> Topic {
        var configuration = TopicConfiguration(partitions: 2, durability: durability)
        configuration.segmentBytes = 1024
        return try await engine.createTopic("orders", configuration)
    }
}

/// Writes numbers to the two partitions of a topic in turn, some per batch.
private func write(_ count: Int, to topic: Topic, trimming: Bool = false) async throws {
    for first in stride(from: 0, to: count / 2, by: 6) {
        for partition in topic.partitions {
            try await partition.send { add(first..<first + 6, to: &$0) }
            guard trimming, first > 60 else { continue }
            try partition.trim(before: .offset(Offset(Int64(first - 60))))
        }
    }
}

private func add(_ numbers: Range<Int>, to batch: inout RecordBatchBuilder) {
    for number in numbers { batch.append(key: nil, value: Array("\(number)".utf8)) }
}

/// Expects a batch to go on with the number `next`; answers the number after it.
private func check(_ batch: ConsumedBatch, next: Int) throws -> Int {
    var next = next
    for value in try batch.values {
        #expect(Int(value) == next, "\(batch.partition)")
        next += 1
    }
    return next
}

/// The values that several tasks were given.
private final class SeenValues: Sendable {
    private let values = Mutex<[String]>([])

    var all: [String] { values.withLock { $0 } }

    /// Notes what a consumer gives, and closes it when that is everything.
    func note(all consumer: Consumer, of count: Int) async throws {
        for try await batch in consumer.batches where try note(batch) == count {
            consumer.close()
        }
    }

    /// Notes the values of a batch; answers how many there are by then.
    func note(_ batch: ConsumedBatch) throws -> Int {
        let new = try batch.values.map { "\(batch.partition) \($0)" }
        return values.withLock { values in
            values += new
            return values.count
        }
    }
}
