import Newswire
import NewswireTesting
import Testing

struct StreamEngineTests {
    @Test func `what was appended is there after a close`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let topic = try engine.createTopic("orders", .init(partitions: 2))
        try topic.partition(1).append("a", "b")
        try engine.close()

        let again = try store.open()
        #expect(again.topics.map(\.name) == ["orders"])
        #expect(try again.topic("orders").partition(1).values() == ["a", "b"])
        #expect(try again.topic("orders").partition(0).values() == [])
        #expect(again.recoveryReport.wasClean)
        try again.close()
    }

    @Test func `what was appended is there without a close`() throws {
        let time = ManualTimeSource()
        let disk = SimulatedFileSystem(time: time)
        let engine = try StreamEngine.open(on: disk, time: time)
        try engine.createTopic("orders").partition(0).append("a")
        let again = try StreamEngine.open(on: disk.crash(.killed, seed: 1), time: time)
        #expect(try again.topic("orders").partition(0).values() == ["a"])
        #expect(again.recoveryReport.partitions.map(\.partition.topic) == ["__metadata", "orders"])
        try again.close()
    }

    @Test func `a partition, a producer or a consumer keeps the directory open`() throws {
        let store = try EngineStore()
        let partition = try store.open().createTopic("orders").partition(0)
        try partition.append("a")
        #expect(code { _ = try store.open() } == .locked)
        #expect(try partition.values() == ["a"])
    }

    @Test func `a missing directory is made, or refused`() throws {
        let store = try EngineStore()
        var configuration = EngineConfiguration()
        configuration.missingDirectory = .fail
        #expect(
            code { _ = try StreamEngine.open(at: store.path, configuration: configuration) }
                == .notNewswireDirectory)
        #expect(code { _ = try StreamEngine.openReadOnly(at: store.path) } == .notNewswireDirectory)
        try store.open().close()
        try StreamEngine.open(at: store.path, configuration: configuration).close()
    }

    @Test func `a second open says who has the directory`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let refused = #expect(throws: NewswireError.self) { try store.open() }
        #expect(refused?.code == .locked)
        #expect(refused?.isRetriable == true)
        try engine.close()
        try store.open().close()
    }

    @Test func `after a close every call says so, and closing again is fine`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let partition = try engine.createTopic("orders").partition(0)
        try engine.close()
        try engine.close()
        #expect(code { _ = try engine.topic("orders") } == .closed)
        #expect(code { _ = try engine.createTopic("more") } == .closed)
        #expect(code { try partition.append("a") } == .closed)
    }

    @Test func `a reader beside the writer sees topics and records as they come`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        try engine.createTopic("orders").partition(0).append("a")

        let reader = try StreamEngine.openReadOnly(at: store.path)
        #expect(try reader.topic("orders").partition(0).values() == ["a"])
        try engine.topic("orders").partition(0).append("b")
        try engine.addPartitions(to: "orders", total: 2)
        try engine.topic("orders").partition(1).append("c")
        try engine.createTopic("events").partition(0).append("d")
        try reader.refresh()
        #expect(try reader.topic("orders").partition(0).values() == ["a", "b"])
        #expect(try reader.topic("orders").partition(1).values() == ["c"])
        #expect(try reader.topic("events").partition(0).values() == ["d"])
        try engine.deleteTopic("events")
        try reader.refresh()
        #expect(code { _ = try reader.topic("events") } == .unknownTopic)
        try reader.close()
        try engine.close()
    }

    @Test func `a reader changes nothing`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        try engine.createTopic("orders").partition(0).append("a")
        try engine.close()
        let reader = try StreamEngine.openReadOnly(at: store.path)
        #expect(reader.isReadOnly)
        #expect(code { _ = try reader.createTopic("events") } == .readOnly)
        #expect(code { try reader.deleteTopic("orders") } == .readOnly)
        #expect(code { try reader.topic("orders").partition(0).append("b") } == .readOnly)
        try reader.close()
    }

    @Test func `metrics count what was appended and read`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let partition = try engine.createTopic("orders", .init(partitions: 2)).partition(1)
        let before = engine.metrics()
        try partition.append("a", "b", "c")
        _ = try partition.values()
        let metrics = engine.metrics()
        #expect(metrics.topics.map(\.name) == ["__metadata", "orders"])
        #expect(metrics.appended.records - before.appended.records == 3)
        #expect(metrics.appended.batches - before.appended.batches == 1)
        #expect(metrics.read.slices - before.read.slices == 1)
        let orders = try #require(metrics.topics.last)
        #expect(orders.partitions[1].offsets.highWatermark == Offset(3))
        #expect(orders.partitions[1].storage.segmentCount == 1)
        #expect(orders.partitions[0].storage.byteCount == 0)
        try engine.close()
    }

    @Test func `the engine's own topic can be read`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        try engine.createTopic("orders")
        let metadata = try engine.topic("__metadata")
        #expect(metadata.isInternal)
        #expect(try metadata.partition(0).values().count == 2)
        #expect(code { try engine.deleteTopic("__metadata") } == .internalTopic)
        #expect(code { _ = try engine.trimTopic("__metadata", before: .end) } == .internalTopic)
        try engine.close()
    }

    @Test func `tasks open, use and close an engine without blocking`() async throws {
        let store = try EngineStore()
        let values = try await StreamEngine.withEngine(at: store.path) { engine in
            let topic = try await engine.createTopic("orders")
            try await topic.partition(0).send { $0.append(key: nil, value: Array("a".utf8)) }
            try await engine.alterTopic("orders", .init(set: ["retention.ms": "-1"]))
            try await engine.addPartitions(to: "orders", total: 2)
            return try topic.partition(0).values()
        }
        #expect(values == ["a"])
        let engine = try await StreamEngine.openReadOnly(at: store.path)
        #expect(try engine.topic("orders").configuration.retention == nil)
        try await engine.close()
    }
}
