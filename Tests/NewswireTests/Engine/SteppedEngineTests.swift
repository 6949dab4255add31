import Newswire
import NewswireTesting
import Synchronization
import Testing

/// The engine in simulated time: nothing happens before somebody says so.
struct SteppedEngineTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let engine: StreamEngine

    init() throws {
        disk = SimulatedFileSystem(time: time)
        engine = try StreamEngine.open(on: disk, time: time)
    }

    @Test func `a batch lingers as long as it was told`() throws {
        let topic = try engine.createTopic("orders", .init(durability: .written))
        var configuration = ProducerConfiguration()
        configuration.linger = .seconds(10)
        let producer = engine.makeProducer(configuration)
        try producer.enqueue(key: nil, value: Array("a".utf8), to: topic)
        time.advance(by: .seconds(9))
        engine.runDueWork()
        #expect(try topic.partition(0).values() == [])
        time.advance(by: .seconds(1))
        engine.runDueWork()
        #expect(try topic.partition(0).values() == ["a"])
        try engine.close()
    }

    @Test func `each batch lingers from its own first record on`() throws {
        let topic = try engine.createTopic("orders", .init(partitions: 2, durability: .written))
        var configuration = ProducerConfiguration()
        configuration.linger = .seconds(10)
        let producer = engine.makeProducer(configuration)
        for (partition, seconds) in [(0, 4), (1, 6)] {
            try producer.enqueue(
                key: nil, value: Array("a".utf8), with: .init(partition: partition), to: topic)
            time.advance(by: .seconds(seconds))
        }
        engine.runDueWork()
        #expect(try topic.partitions.map { try $0.values().count } == [1, 0])
        time.advance(by: .seconds(4))
        engine.runDueWork()
        #expect(try topic.partitions.map { try $0.values().count } == [1, 1])
        try engine.close()
    }

    @Test func `a synced batch is acknowledged after the sync`() throws {
        let topic = try engine.createTopic("orders")
        let deliveries = DeliveryLog()
        let producer = engine.makeProducer(deliveries.configuration())
        try producer.enqueue(key: nil, value: Array("a".utf8), to: topic)
        time.advance(by: .seconds(1))
        engine.runDueWork()
        #expect(deliveries.reports.count == 1)
        try engine.close()
    }

    @Test func `a slow sync is told, and acknowledges all the same`() throws {
        let heard = Mutex<[EngineEvent]>([])
        try engine.close()
        var configuration = EngineConfiguration()
        configuration.onEvent = { event in heard.withLock { $0.append(event) } }
        let engine = try StreamEngine.open(on: disk, time: time, configuration: configuration)
        let topic = try engine.createTopic("orders")
        try topic.partition(0).append("a")
        var fault = Fault(.synchronize, number: 1, .delay(.seconds(10)))
        fault.pathPart = ".redo"
        disk.faults = FaultPlan(fault)
        try topic.partition(0).append("b")
        #expect(try topic.partition(0).values() == ["a", "b"])
        let slow = heard.withLock { $0.filter { $0.kind == .slowSync } }
        #expect(slow.count == 1)
        #expect(slow.first?.message.contains("10.0 seconds") == true)
        try engine.close()
    }

    @Test func `a failed sync fails what was not acknowledged, and nothing before`() throws {
        let topic = try engine.createTopic("orders")
        try topic.partition(0).append("a")
        disk.faults = FaultPlan(Fault(.synchronize, number: 1, errorNumber: 5))
        let failed = code { try topic.partition(0).append("b") }
        #expect(failed == .stopped)
        disk.faults = FaultPlan()
        #expect(code { try topic.partition(0).append("c") } == .stopped)
        #expect(try topic.partition(0).values().first == "a")
    }
}
