import Newswire
import NewswireTesting
import Testing

struct SendTests {
    let store: EngineStore
    let engine: StreamEngine

    init() throws {
        store = try EngineStore()
        engine = try store.open()
    }

    @Test func `a send answers where each record stands`() async throws {
        let topic = try await engine.createTopic("orders", .init(partitions: 5))
        let records = (0..<2000).map { number in
            Record(key: Array("\(number % 50)".utf8), value: Array("\(number)".utf8))
        }
        let positions = try await engine.makeProducer().send(records, to: "orders")
        #expect(positions.count == records.count)
        for (number, position) in positions.enumerated() {
            let slice = try topic.partition(position.partition)
                .read(from: position.offset, maxBytes: 1)
            #expect(try slice.values.first == "\(number)")
        }
        try await engine.close()
    }

    @Test func `the synchronous twin answers the same`() throws {
        let topic = try engine.createTopic("orders")
        let producer = engine.makeProducer()
        let position = try producer.send(Record(value: Array("a".utf8)), to: topic)
        #expect(position == RecordPosition(partition: 0, offset: .zero))
        let more = try producer.send([Record(value: nil), Record(value: [])], to: topic)
        #expect(more.map(\.offset) == [Offset(1), Offset(2)])
        #expect(try producer.send([], to: topic).isEmpty)
        try engine.close()
    }

    @Test func `a send larger than the buffer goes through piece by piece`() async throws {
        let topic = try await engine.createTopic("orders")
        var configuration = ProducerConfiguration()
        configuration.bufferMemory = 5000
        configuration.batchSize = 1000
        let producer = engine.makeProducer(configuration)
        let record = Record(value: [UInt8](repeating: 7, count: 100))
        let positions = try await producer.send(Array(repeating: record, count: 500), to: topic)
        #expect(positions.map(\.offset.value) == Array(0..<500))
        try await engine.close()
    }

    @Test func `a record that is refused fails the send, after the others stand`() async throws {
        let topic = try await engine.createTopic("orders")
        try await engine.alterTopic("orders", .init(set: ["max.message.bytes": "500"]))
        let records = [10, 900, 20].map { Record(value: [UInt8](repeating: 7, count: $0)) }
        let failure = await #expect(throws: NewswireError.self) {
            try await engine.makeProducer().send(records, to: topic)
        }
        #expect(failure?.code == .messageTooLarge)
        #expect(try topic.partition(0).offsets.highWatermark == Offset(2))
        try await engine.close()
    }

    @Test func `a failed send is told to the sender and not to the next flush`() async throws {
        let topic = try await engine.createTopic("orders")
        try await engine.deleteTopic("orders")
        let producer = engine.makeProducer()
        let failure = await #expect(throws: NewswireError.self) {
            try await producer.send(Record(value: nil), to: topic)
        }
        #expect(failure?.code == .deleted)
        try await producer.flush()
        try await engine.close()
    }

    @Test func `an unknown topic is answered with the nearest`() async throws {
        try await engine.createTopic("orders")
        let failure = await #expect(throws: NewswireError.self) {
            try await engine.makeProducer().send([Record(value: nil)], to: "order")
        }
        #expect(failure?.code == .unknownTopic)
        try await engine.close()
    }

    @Test(arguments: Durability.allCases)
    func `each level acknowledges`(durability: Durability) async throws {
        let topic = try await engine.createTopic("orders", .init(durability: durability))
        var configuration = ProducerConfiguration()
        for asked in [nil] + Durability.allCases {
            configuration.durability = asked
            let producer = engine.makeProducer(configuration)
            try await producer.send(Record(value: Array("a".utf8)), to: topic)
            try producer.enqueue(key: nil, value: Array("b".utf8), to: topic)
            try await producer.flush()
        }
        #expect(try topic.partition(0).offsets.logEndOffset == Offset(10))
        try await engine.close()
        let again = try await StreamEngine.open(at: store.path)
        #expect(try again.topic("orders").partition(0).values().count == 10)
        try await again.close()
    }
}
