import Newswire
import NewswireLog
import NewswireTesting
import Testing

struct ConsumerTests {
    let store: EngineStore
    let engine: StreamEngine

    init() throws {
        store = try EngineStore()
        engine = try store.open()
    }

    @Test func `it gives every record once, in order, and then nothing`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        try partition.append("a", "b")
        try partition.append("c")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        #expect(try consumer.remaining() == ["a", "b", "c"])
        #expect(try consumer.position(of: partition.topicPartition) == Offset(3))
        #expect(try consumer.next() == nil)
        try partition.append("d")
        #expect(try consumer.remaining() == ["d"])
        try engine.close()
    }

    @Test(arguments: [
        (StartPosition.beginning, ["b", "c", "d"]), (.end, []), (.offset(Offset(2)), ["c", "d"]),
        (.last(1), ["d"]), (.timestamp(Timestamp(milliseconds: 25)), ["c", "d"]),
        (.timestamp(Timestamp(milliseconds: 99)), []),
    ])
    func `it begins where it is told`(start: StartPosition, values: [String]) throws {
        // Records of 1970 would expire at once.
        let partition = try engine.createTopic("orders", .init(retention: nil)).partition(0)
        for (number, value) in ["a", "b", "c", "d"].enumerated() {
            try partition.append { batch in
                let time = Timestamp(milliseconds: Int64(number + 1) * 10)
                batch.append(key: nil, value: Array(value.utf8), timestamp: time)
            }
        }
        try partition.trim(before: .offset(Offset(1)))
        let consumer = try engine.makeConsumer(topics: ["orders"], from: start)
        #expect(try consumer.remaining() == values)
        try partition.append("e")
        #expect(try consumer.remaining() == ["e"])
        try engine.close()
    }

    @Test func `an offset that cannot be read is refused with what can be`() throws {
        try engine.createTopic("orders").partition(0).append("a")
        let failure = #expect(throws: NewswireError.self) {
            try engine.makeConsumer(topics: ["orders"], from: .offset(Offset(7)))
        }
        #expect(failure?.code == .offsetOutOfRange)
        #expect(failure?.validOffsets == Offset(0)...Offset(1))
        #expect(code { _ = try engine.makeConsumer(topics: ["other"]) } == .unknownTopic)
        try engine.close()
    }

    @Test func `behind damage it goes on when it is told to`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        for value in ["a", "b", "c"] { try partition.append(value) }
        let file = try PosixFileSystem().openFile(
            store.path + "/orders-0/00000000000000000000.log", .readWrite)
        try file.write([0x55], at: FilePosition(try file.byteCount() / 3 + 65))
        var configuration = ConsumerConfiguration()
        configuration.fetchBytes = 1
        let consumer = try engine.makeConsumer(topics: ["orders"], from: .beginning, configuration)
        #expect(try consumer.next()?.values == ["a"])
        #expect(throws: (any Error).self) { try consumer.next()?.values }
        let skipped = try consumer.skipDamage(in: partition.topicPartition, at: Offset(1))
        #expect(skipped == Offset(1)..<Offset(2))
        #expect(try consumer.remaining() == ["c"])
        try engine.close()
    }

    @Test func `partitions have their turns`() throws {
        let topic = try engine.createTopic("orders", .init(partitions: 3))
        for partition in topic.partitions {
            for number in 0..<4 { try partition.append("\(partition.number) \(number)") }
        }
        var configuration = ConsumerConfiguration()
        configuration.fetchBytes = 1
        let consumer = try engine.makeConsumer(topics: ["orders"], configuration)
        var order: [Int] = []
        while let batch = try consumer.next() { order.append(batch.partition.partition) }
        #expect(order == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
        try engine.close()
    }

    @Test func `it reads just the partitions it was given`() throws {
        let topic = try engine.createTopic("orders", .init(partitions: 3))
        for partition in topic.partitions { try partition.append("\(partition.number)") }
        let wanted = [TopicPartition("orders", 2), TopicPartition("orders", 0)]
        let consumer = try engine.makeConsumer(partitions: wanted + wanted)
        #expect(consumer.partitions == wanted.sorted())
        #expect(try consumer.remaining().sorted() == ["0", "2"])
        let other = TopicPartition("orders", 1)
        #expect(code { _ = try consumer.position(of: other) } == .unknownPartition)
        #expect(code { try consumer.seek(other, to: .end) } == .unknownPartition)
        try engine.close()
    }

    @Test func `it reads again from where it is told`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        try partition.append("a", "b", "c")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        #expect(try consumer.remaining() == ["a", "b", "c"])
        try consumer.seek(partition.topicPartition, to: .offset(Offset(1)))
        #expect(try consumer.position(of: partition.topicPartition) == Offset(1))
        #expect(try consumer.remaining() == ["b", "c"])
        try consumer.seek(partition.topicPartition, to: .beginning)
        try consumer.seek(partition.topicPartition, to: .end)
        #expect(try consumer.remaining() == [])
        try engine.close()
    }

    @Test func `records that were removed before they were given are an error`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        for value in ["a", "b", "c"] { try partition.append(value) }
        var configuration = ConsumerConfiguration()
        configuration.fetchBytes = 1
        let consumer = try engine.makeConsumer(topics: ["orders"], configuration)
        #expect(try consumer.next()?.values == ["a"])
        try partition.trim(before: .offset(Offset(2)))
        for _ in 0..<2 {
            let failure = #expect(throws: NewswireError.self) { try consumer.next() }
            #expect(failure?.code == .offsetOutOfRange)
            #expect(failure?.validOffsets == Offset(2)...Offset(3))
        }
        try consumer.seek(partition.topicPartition, to: .beginning)
        #expect(try consumer.remaining() == ["c"])
        try engine.close()
    }

    @Test(arguments: [
        (ConsumerConfiguration.MissingPosition.skipToBeginning, ["c", "d"]), (.skipToEnd, ["d"]),
    ])
    func `or it goes on as it was told`(
        policy: ConsumerConfiguration.MissingPosition, values: [String]
    ) throws {
        let partition = try engine.createTopic("orders").partition(0)
        for value in ["a", "b", "c"] { try partition.append(value) }
        var configuration = ConsumerConfiguration()
        configuration.fetchBytes = 1
        configuration.onMissing = policy
        let consumer = try engine.makeConsumer(topics: ["orders"], configuration)
        #expect(try consumer.next()?.values == ["a"])
        try partition.trim(before: .offset(Offset(2)))
        var given = try consumer.remaining()
        try partition.append("d")
        given += try consumer.remaining()
        #expect(given == values)
        try engine.close()
    }

    @Test func `who begins at the beginning begins where that is at the first read`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        for value in ["a", "b", "c"] { try partition.append(value) }
        let consumer = try engine.makeConsumer(topics: ["orders"])
        try partition.trim(before: .offset(Offset(2)))
        #expect(try consumer.remaining() == ["c"])
        try engine.close()
    }

    @Test func `a deleted topic ends in an error`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        try partition.append("a")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        #expect(try consumer.remaining() == ["a"])
        try engine.deleteTopic("orders")
        #expect(code { _ = try consumer.next(waitingUpTo: .seconds(10)) } == .deleted)
        try engine.close()
    }

    @Test func `a poll waits for what comes, or for its time`() async throws {
        let topic = try await engine.createTopic("orders")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        #expect(try await consumer.poll(maxWait: .zero) == nil)
        #expect(try await consumer.poll(maxWait: .milliseconds(5)) == nil)
        async let awaited = consumer.poll(maxWait: .seconds(60))
        try await topic.partition(0).send { $0.append(key: nil, value: Array("a".utf8)) }
        let batch = try await awaited
        #expect(try batch?.values == ["a"])
        try await engine.close()
    }

    @Test func `a cancelled task gets nothing more`() async throws {
        try await engine.createTopic("orders")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        let task = Task { try await consumer.poll(maxWait: .seconds(3600)) }
        task.cancel()
        #expect(try await task.value == nil)
        let follower = Task {
            for try await _ in consumer.batches {}
        }
        follower.cancel()
        try await follower.value
        try await engine.close()
    }

    @Test func `an interrupt ends the wait, once`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        let consumer = try engine.makeConsumer(topics: ["orders"])
        consumer.interrupt()
        #expect(try consumer.next(waitingUpTo: nil) == nil)
        let thread = try Thread.start(name: "test") { consumer.interrupt() }
        #expect(try consumer.next(waitingUpTo: nil) == nil)
        thread.join()
        try partition.append("a")
        #expect(try consumer.remaining() == ["a"])
        try engine.close()
    }

    @Test func `a closed consumer has nothing more`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        try partition.append("a")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        consumer.close()
        #expect(try consumer.next(waitingUpTo: nil) == nil)
        try engine.close()
    }

    @Test func `a closed engine ends a wait with an error`() async throws {
        try await engine.createTopic("orders")
        let consumer = try engine.makeConsumer(topics: ["orders"])
        async let waiting = Result { () async throws in
            try await consumer.poll(maxWait: .seconds(3600))
        }
        try await engine.close()
        let outcome = await waiting
        #expect((outcome.failure as? NewswireError)?.code == .closed)
    }

    @Test func `a dropped consumer leaves nothing waiting`() throws {
        let partition = try engine.createTopic("orders").partition(0)
        weak var dropped: Consumer?
        do {
            let consumer = try engine.makeConsumer(topics: ["orders"])
            #expect(try consumer.next() == nil)
            dropped = consumer
        }
        #expect(dropped == nil)
        try partition.append("a")
        try engine.close()
    }
}

extension Consumer {
    /// The values of everything that is there now.
    func remaining() throws -> [String] {
        var values: [String] = []
        while let batch = try next() { values += try batch.values }
        return values
    }
}

extension Result where Failure == any Error {
    /// What `body` answers or throws.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }

    var failure: (any Error)? {
        if case .failure(let failure) = self { return failure }
        return nil
    }
}
