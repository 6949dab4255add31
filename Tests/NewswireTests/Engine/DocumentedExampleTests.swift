import Foundation
import Newswire
import NewswireTesting
import Synchronization
import Testing

/// The examples of the documentation are this file's: what people copy is compiled and run.
struct DocumentedExampleTests {
    @Test(arguments: ["GettingStarted", "Producing", "Consuming"])
    func `the examples of a page are those that run here`(page: String) throws {
        let shown = try DocumentationPage(page).examples
        let run = try examples(of: page)
        #expect(!shown.isEmpty)
        #expect(shown == run)
    }

    @Test func `the page about getting started is right`() async throws {
        let store = try EngineStore()
        let directory = store.path
        var offsets: [Offset] = []
        // Begins GettingStarted
        let engine = try await StreamEngine.open(at: directory)
        let orders = try await engine.createTopic("orders", .init(partitions: 4))

        let producer = engine.makeProducer()
        try producer.enqueue(key: Array("o-1".utf8), value: Array("placed".utf8), to: orders)
        try await producer.flush()

        let consumer = try engine.makeConsumer(topics: ["orders"])
        while let batch = try await consumer.poll(maxWait: .zero) {
            var records = batch.records()
            while let record = try records.next() { offsets.append(record.offset) }
        }
        try await engine.close()
        // Ends
        #expect(offsets == [Offset(0)])
    }

    @Test func `the page about producing is right about batches`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let orders = try engine.createTopic("orders")
        let events = (0..<3).map { Event(key: Array("\($0)".utf8), body: Array("body".utf8)) }
        let acknowledged = DeliveryLog()
        try append(events, to: orders)
        try enqueue(events, to: orders, of: engine, acknowledged)
        #expect(try orders.partition(0).offsets.highWatermark == Offset(6))
        #expect(acknowledged.reports.count == 1)
        try engine.close()
    }

    private struct Event {
        let key: [UInt8]
        let body: [UInt8]
    }

    private func append(_ events: [Event], to orders: Topic) throws {
        // Begins Producing
        let partition = try orders.partition(0)
        let batch = try partition.append { batch in
            for event in events { batch.append(key: event.key, value: event.body) }
        }
        // Ends
        #expect(batch.recordCount == events.count)
    }

    @Test func `the page about producing is right about several partitions`() async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        let orders = try await engine.createTopic("orders")
        let payments = try await engine.createTopic("payments")
        let (id, paid, payment) = (Array("o-1".utf8), Array("paid".utf8), Array("9.50".utf8))
        // Begins Producing
        let parts = try await engine.append(to: [
            .init(orders.partition(0), [Record(key: id, value: paid)]),
            .init(payments.partition(0), [Record(key: id, value: payment)]),
        ])
        // Ends
        #expect(parts.map(\.baseOffset) == [.zero, .zero])
        #expect(try payments.partition(0).values() == ["9.50"])
        try await engine.close()
    }

    private func enqueue(
        _ events: [Event], to orders: Topic, of engine: StreamEngine, _ acknowledged: DeliveryLog
    ) throws {
        // Begins Producing
        var configuration = ProducerConfiguration()
        configuration.linger = .milliseconds(20)
        configuration.onDelivery = { report in acknowledged.note(report) }
        let producer = engine.makeProducer(configuration)
        for event in events {
            try producer.enqueue(key: event.key, value: event.body, to: orders)
        }
        try producer.flush()
        // Ends
    }

    @Test func `the page about producing is right about sends`() async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        try await engine.createTopic("orders")
        let producer = engine.makeProducer()
        // Begins Producing
        let positions = try await producer.send(
            [Record(key: Array("o-1".utf8), value: Array("paid".utf8))], to: "orders")
        // Ends
        #expect(positions == [RecordPosition(partition: 0, offset: .zero)])
        try await engine.close()
    }

    @Test func `the page about consuming is right`() async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        let topic = try await engine.createTopic("orders")
        try await topic.partition(0).send { batch in
            for _ in 0..<2 { batch.append(key: nil, value: Array("a".utf8)) }
        }
        let yesterday = Timestamp(milliseconds: 0)
        var offsets: [Offset] = []
        // Begins Consuming
        let consumer = try engine.makeConsumer(topics: ["orders"], from: .timestamp(yesterday))
        for try await batch in consumer.batches {
            var records = batch.records()
            while let record = try records.next() { offsets.append(record.offset) }
            if offsets.count >= 2 { break }
        }
        // Ends
        #expect(offsets == [Offset(0), Offset(1)])
        try await engine.close()
    }

    /// What stands in this file between the marks of a page.
    private func examples(of page: String) throws -> [[String]] {
        var examples: [[String]] = []
        var isInside = false
        for line in try String(contentsOfFile: #filePath, encoding: .utf8).lines {
            if line.hasSuffix("// Begins \(page)") {
                examples.append([])
                isInside = true
            } else if line.hasSuffix("// Ends") {
                isInside = false
            } else if isInside, let last = examples.indices.last {
                examples[last].append(line.hasPrefix("        ") ? String(line.dropFirst(8)) : line)
            }
        }
        return examples
    }
}

extension DocumentationPage {
    /// The lines of each Swift example.
    fileprivate var examples: [[String]] {
        var examples: [[String]] = []
        var isInside = false
        for line in text.lines {
            if line == "```swift" {
                examples.append([])
                isInside = true
            } else if line == "```" {
                isInside = false
            } else if isInside, let last = examples.indices.last {
                examples[last].append(line)
            }
        }
        return examples
    }
}

extension String {
    fileprivate var lines: [String] {
        split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
