import Newswire
import NewswireTesting
import Testing

struct ProducerTests {
    let store: EngineStore
    let engine: StreamEngine

    init() throws {
        store = try EngineStore()
        engine = try store.open()
    }

    @Test func `enqueued records are in the log after a flush, in order`() throws {
        let topic = try engine.createTopic("orders")
        let producer = engine.makeProducer()
        let numbers = try (0..<1000).map { number in
            try producer.enqueue(key: nil, value: bytes("\(number)"), to: topic).number
        }
        try producer.flush()
        #expect(numbers == Array(0..<1000))
        #expect(try topic.partition(0).values() == (0..<1000).map { "\($0)" })
        try engine.close()
    }

    @Test func `a key goes where Kafka's clients send it`() throws {
        let topic = try engine.createTopic("orders", .init(partitions: 7))
        let producer = engine.makeProducer()
        for number in 0..<100 {
            let key = bytes("key \(number)")
            let enqueued = try producer.enqueue(key: key, value: bytes("x"), to: topic)
            #expect(enqueued.partition == Partitioner.partition(for: key.rawSpan, of: 7))
        }
        try producer.flush()
        try engine.close()
    }

    @Test func `the asked partition wins over the key`() throws {
        let topic = try engine.createTopic("orders", .init(partitions: 3))
        let producer = engine.makeProducer()
        for partition in 0..<3 {
            let attributes = RecordAttributes(partition: partition)
            try producer.enqueue(key: bytes("k"), value: bytes("v"), with: attributes, to: topic)
        }
        try producer.flush()
        for partition in topic.partitions { #expect(try partition.values() == ["v"]) }
        let attributes = RecordAttributes(partition: 3)
        #expect(
            code {
                try producer.enqueue(key: nil, value: bytes("v"), with: attributes, to: topic)
            } == .unknownPartition)
        try engine.close()
    }

    @Test func `records without a key move on batch by batch`() throws {
        let topic = try engine.createTopic("orders", .init(partitions: 4, durability: .written))
        var configuration = ProducerConfiguration()
        configuration.batchSize = 1000
        let producer = engine.makeProducer(configuration)
        for _ in 0..<200 { try producer.enqueue(key: nil, value: bytes("0123456789"), to: topic) }
        try producer.flush()
        let counts = try topic.partitions.map { try $0.values().count }
        #expect(counts.reduce(0, +) == 200)
        #expect(counts.allSatisfy { $0 > 20 })
        try engine.close()
    }

    @Test func `new partitions are used`() throws {
        let topic = try engine.createTopic("orders")
        let producer = engine.makeProducer()
        try producer.enqueue(key: nil, value: bytes("a"), to: topic)
        try engine.addPartitions(to: "orders", total: 2)
        try producer.enqueue(
            key: nil, value: bytes("b"), with: RecordAttributes(partition: 1), to: topic)
        try producer.flush()
        #expect(try topic.partition(1).values() == ["b"])
        try engine.close()
    }

    @Test func `headers and timestamps come through`() throws {
        // A record of 1970 would expire at once.
        let topic = try engine.createTopic("orders", .init(retention: nil))
        let producer = engine.makeProducer()
        var headers = RecordHeaders()
        headers.append(name: "kind", value: bytes("test"))
        let time = Timestamp(milliseconds: 1234)
        try producer.enqueue(
            key: nil, value: nil as [UInt8]?, with: .init(headers: headers, timestamp: time),
            to: topic)
        try producer.flush()
        let slice = try topic.partition(0).read(from: .zero)
        var reader = slice.records()
        let record = try reader.next()
        #expect(record?.timestamp == time)
        let hasValue = record?.value != nil
        #expect(!hasValue)
        var fields = try #require(try headerTexts(slice))
        #expect(fields.removeFirst() == "kind: test")
        #expect(fields.isEmpty)
        try engine.close()
    }

    @Test func `a full batch goes at once, on the thread that filled it`() throws {
        let topic = try engine.createTopic("orders", .init(durability: .written))
        var configuration = ProducerConfiguration()
        configuration.batchSize = 1000
        configuration.linger = .seconds(3600)
        let producer = engine.makeProducer(configuration)
        for _ in 0..<100 { try producer.enqueue(key: nil, value: bytes("0123456789"), to: topic) }
        let end = try topic.partition(0).offsets.highWatermark
        #expect(end > Offset(30) && end < Offset(100))
        try producer.flush()
        #expect(try topic.partition(0).offsets.highWatermark == Offset(100))
        try engine.close()
    }

    @Test func `a batch that lingered goes by itself`() throws {
        let topic = try engine.createTopic("orders")
        let deliveries = DeliveryLog()
        let producer = engine.makeProducer(deliveries.configuration())
        for round in 1...3 {
            try producer.enqueue(key: nil, value: bytes("a"), to: topic)
            #expect(deliveries.wait(forRecords: round))
        }
        #expect(try topic.partition(0).values() == ["a", "a", "a"])
        try engine.close()
    }

    @Test func `reports say which records stand where`() throws {
        let topic = try engine.createTopic("orders", .init(durability: .written))
        try topic.partition(0).append("before", "before")
        let deliveries = DeliveryLog()
        var configuration = deliveries.configuration()
        configuration.batchSize = 500
        let producer = engine.makeProducer(configuration)
        for number in 0..<100 {
            try producer.enqueue(key: nil, value: bytes("\(number)"), to: topic)
        }
        try producer.flush()
        let values = try topic.partition(0).values()
        var next: Int64 = 0
        for report in deliveries.reports {
            #expect(report.numbers.lowerBound == next)
            next = report.numbers.upperBound
            for number in report.numbers {
                let offset = try #require(report.offset(of: number))
                #expect(values[Int(offset.value)] == "\(number)")
            }
        }
        #expect(next == 100)
        #expect(deliveries.reports.count > 1)
        try engine.close()
    }

    @Test func `a record that is too large fails alone`() throws {
        let topic = try engine.createTopic("orders")
        try engine.alterTopic("orders", .init(set: ["max.message.bytes": "1000"]))
        let producer = engine.makeProducer()
        try producer.enqueue(key: nil, value: bytes("a"), to: topic)
        let large = [UInt8](repeating: 1, count: 2000)
        #expect(
            code { try producer.enqueue(key: nil, value: large, to: topic) } == .messageTooLarge)
        try producer.enqueue(key: nil, value: bytes("b"), to: topic)
        try producer.flush()
        #expect(try topic.partition(0).values() == ["a", "b"])
        try engine.close()
    }

    @Test(arguments: [TopicCompression.producer, .gzip])
    func `a record that is larger than a batch goes alone`(compression: TopicCompression) throws {
        let topic = try engine.createTopic("orders", .init(compression: compression))
        var configuration = ProducerConfiguration()
        configuration.batchSize = 1000
        let producer = engine.makeProducer(configuration)
        let large = String(repeating: "x", count: 20_000)
        for value in ["a", large, "b"] {
            try producer.enqueue(key: nil, value: bytes(value), to: topic)
        }
        try producer.flush()
        #expect(try topic.partition(0).values() == ["a", large, "b"])
        try engine.close()
    }

    @Test(arguments: [(TopicCompression.producer, CompressionCodec.gzip), (.gzip, .none)])
    func `a producer compresses as it is told, not as its topic says`(
        topic compression: TopicCompression, producer codec: CompressionCodec
    ) throws {
        let topic = try engine.createTopic(
            "orders", .init(durability: .written, compression: compression))
        var configuration = ProducerConfiguration()
        configuration.compression = codec
        let producer = engine.makeProducer(configuration)
        let value = String(repeating: "x", count: 10_000)
        try producer.enqueue(key: nil, value: bytes(value), to: topic)
        try producer.flush()
        #expect(try topic.partition(0).values() == [value])
        let isSmall = try topic.partition(0).storage.byteCount < 1000
        #expect(isSmall == (codec == .gzip))
        try engine.close()
    }

    @Test func `batches fit the topic's segments and messages`() throws {
        var configuration = TopicConfiguration(durability: .written)
        configuration.segmentBytes = 1024
        configuration.maxMessageBytes = 700
        let topic = try engine.createTopic("orders", configuration)
        let producer = engine.makeProducer()
        for number in 0..<500 {
            try producer.enqueue(key: nil, value: bytes("\(number)"), to: topic)
        }
        try producer.flush()
        #expect(try topic.partition(0).values().count == 500)
        #expect(try topic.partition(0).storage.segmentCount > 5)
        try engine.close()
    }

    @Test func `a full buffer refuses, and takes more when something was acknowledged`() throws {
        let topic = try engine.createTopic("orders")
        let (entered, leave) = (Gate(), Gate())
        var configuration = ProducerConfiguration()
        configuration.bufferMemory = 2000
        configuration.onDelivery = { _ in
            entered.open()
            _ = leave.wait(until: nil)
        }
        let producer = engine.makeProducer(configuration)
        // Its acknowledgement is held up: it counts until it is through.
        try producer.enqueue(key: nil, value: [UInt8](repeating: 1, count: 1500), to: topic)
        let large = [UInt8](repeating: 2, count: 1000)
        let refused = #expect(throws: NewswireError.self) {
            try producer.enqueue(key: nil, value: large, to: topic)
        }
        #expect(refused?.code == .bufferFull)
        #expect(refused?.isRetriable == true)
        #expect(engine.metrics().appended.refusedRecords == 1)
        #expect(entered.wait(until: nil))
        leave.open()
        leave.open()
        try producer.flush()
        try producer.enqueue(key: nil, value: large, to: topic)
        leave.open()
        try producer.flush()
        #expect(try topic.partition(0).offsets.highWatermark == Offset(2))
        try engine.close()
    }

    @Test func `an enqueue waits for room when it may`() throws {
        let topic = try engine.createTopic("orders")
        var configuration = ProducerConfiguration()
        configuration.bufferMemory = 4000
        configuration.maxBlock = .seconds(60)
        let producer = engine.makeProducer(configuration)
        let value = [UInt8](repeating: 1, count: 500)
        for _ in 0..<200 { try producer.enqueue(key: nil, value: value, to: topic) }
        try producer.flush()
        #expect(try topic.partition(0).offsets.highWatermark == Offset(200))
        try engine.close()
    }

    @Test func `a flush throws what failed, once`() throws {
        let topic = try engine.createTopic("orders")
        var configuration = ProducerConfiguration()
        configuration.linger = .seconds(3600)
        let producer = engine.makeProducer(configuration)
        try producer.enqueue(key: nil, value: bytes("a"), to: topic)
        try engine.deleteTopic("orders")
        #expect(code { try producer.flush() } == .deleted)
        #expect(code { try producer.flush() } == nil)
        #expect(engine.metrics().appended.failedRecords == 1)
        try engine.close()
    }

    @Test func `closing the engine appends what a producer holds`() throws {
        let topic = try engine.createTopic("orders")
        var configuration = ProducerConfiguration()
        configuration.linger = .seconds(3600)
        let producer = engine.makeProducer(configuration)
        try producer.enqueue(key: nil, value: bytes("a"), to: topic)
        try engine.close()
        #expect(code { try producer.enqueue(key: nil, value: bytes("b"), to: topic) } == .closed)
        #expect(code { try producer.flush() } == nil)
        let again = try store.open()
        #expect(try again.topic("orders").partition(0).values() == ["a"])
        try again.close()
    }

    @Test func `a dropped producer loses nothing`() throws {
        let topic = try engine.createTopic("orders")
        let deliveries = DeliveryLog()
        try engine.makeProducer(deliveries.configuration())
            .enqueue(key: nil, value: bytes("a"), to: topic)
        #expect(deliveries.wait(forRecords: 1))
        #expect(try topic.partition(0).values() == ["a"])
        try engine.close()
    }

    @Test func `a closed producer refuses records and has delivered the others`() throws {
        let topic = try engine.createTopic("orders")
        let producer = engine.makeProducer()
        try producer.enqueue(key: nil, value: bytes("a"), to: topic)
        try producer.close()
        #expect(try topic.partition(0).values() == ["a"])
        #expect(code { try producer.enqueue(key: nil, value: bytes("b"), to: topic) } == .closed)
        try engine.close()
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func headerTexts(_ slice: FetchedSlice) throws -> [String]? {
        var reader = slice.records()
        guard let record = try reader.next() else { return nil }
        var headers = record.headers
        var texts: [String] = []
        while let header = try headers.next() {
            guard let value = header.value else { continue }
            texts.append("\(header.name): \(text(value))")
        }
        return texts
    }
}
