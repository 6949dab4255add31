import Newswire
import NewswireTesting
import Testing

struct TopicOperationsTests {
    @Test func `a created topic has its partitions and settings, now and later`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        var configuration = TopicConfiguration(partitions: 3, durability: .written)
        configuration.segmentBytes = 4096
        let topic = try engine.createTopic("orders", configuration)
        #expect(topic.partitionCount == 3)
        #expect(topic.configuration == configuration)
        try engine.close()
        let again = try store.open()
        #expect(try again.topic("orders").configuration == configuration)
        #expect(try again.topic("orders").id == topic.id)
        #expect(code { try again.createTopic("orders") } == .topicExists)
        #expect(code { _ = try again.topic("order") } == .unknownTopic)
        #expect(code { _ = try again.topic("orders").partition(3) } == .unknownPartition)
        try again.close()
    }

    @Test func `a refused topic leaves nothing behind`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        var configuration = TopicConfiguration()
        configuration.segmentBytes = 7
        #expect(code { try engine.createTopic("orders", configuration) } == .invalidConfiguration)
        #expect(engine.topics.isEmpty)
        try engine.createTopic("orders")
        try engine.close()
    }

    @Test func `altered settings hold at once and after an open`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let topic = try engine.createTopic("orders")
        let changes = ConfigurationChanges(
            set: ["max.message.bytes": "200", "newswire.durability": "written"])
        try engine.alterTopic("orders", changes)
        #expect(topic.configuration.maxMessageBytes == 200)
        let large = String(repeating: "x", count: 500)
        #expect(code { try topic.partition(0).append(large) } == .messageTooLarge)
        try engine.close()
        let again = try store.open()
        #expect(code { try again.topic("orders").partition(0).append(large) } == .messageTooLarge)
        try again.alterTopic("orders", .init(reset: ["max.message.bytes"]))
        try again.topic("orders").partition(0).append(large)
        #expect(
            code { try again.alterTopic("orders", .init(set: ["x": "1"])) } == .unknownConfiguration
        )
        try again.close()
    }

    @Test func `added partitions are there at once and after an open`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let topic = try engine.createTopic("orders")
        try engine.addPartitions(to: "orders", total: 3)
        try topic.partition(2).append("a")
        #expect(code { try engine.addPartitions(to: "orders", total: 3) } == .invalidConfiguration)
        try engine.close()
        let again = try store.open()
        #expect(try again.topic("orders").partition(2).values() == ["a"])
        try again.close()
    }

    @Test func `a deleted topic is gone, and its name can be used again`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let topic = try engine.createTopic("orders", .init(partitions: 2))
        try topic.partition(1).append("old")
        let slice = try topic.partition(1).read(from: .zero)
        try engine.deleteTopic("orders")
        #expect(code { _ = try engine.topic("orders") } == .unknownTopic)
        #expect(code { try topic.partition(1).append("b") } == .deleted)
        #expect(try slice.values == ["old"])

        let successor = try engine.createTopic("orders", .init(partitions: 2))
        #expect(successor.id != topic.id)
        #expect(try successor.partition(1).values() == [])
        try engine.close()
        let again = try store.open()
        #expect(try again.topic("orders").partition(1).values() == [])
        #expect(try again.topic("orders").id == successor.id)
        try again.close()
    }

    @Test func `directories that a crash left of a deleted topic go at the next open`() throws {
        let time = ManualTimeSource()
        let disk = SimulatedFileSystem(time: time)
        let engine = try StreamEngine.open(on: disk, time: time)
        try engine.createTopic("orders").partition(0).append("old")
        // The record is the commit point: what comes after it may not have happened.
        try engine.commit([.topicDeleted("orders"), .ids(nextPartitionId: 2)])
        let found = disk.crash(.killed, seed: 1)
        #expect(found.paths.contains { $0.hasPrefix("/data/orders-0/") })
        let again = try StreamEngine.open(on: found, time: time)
        #expect(again.topics.isEmpty)
        #expect(!found.paths.contains { $0.hasPrefix("/data/orders-0/") })
        try again.close()
    }

    @Test func `trimming moves the start of the log`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let topic = try engine.createTopic("orders", .init(partitions: 2))
        for partition in topic.partitions { try partition.append("a", "b", "c") }
        let starts = try engine.trimTopic("orders", before: .offset(Offset(1)), partition: 1)
        #expect(starts == [TopicPartition("orders", 1): Offset(1)])
        #expect(try topic.partition(0).values() == ["a", "b", "c"])
        #expect(try topic.partition(1).values() == ["b", "c"])
        let all = try engine.trimTopic("orders", before: .end)
        #expect(all.values.allSatisfy { $0 == Offset(3) })
        let behind = TrimPoint.offset(Offset(9))
        #expect(code { try engine.trimTopic("orders", before: behind) } == .offsetOutOfRange)
        try engine.close()
        let again = try store.open()
        #expect(try again.topic("orders").partition(1).offsets.logStartOffset == Offset(3))
        try again.close()
    }

    @Test func `trimming goes by timestamp, too`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        // Records of 1970 would expire at once.
        let partition = try engine.createTopic("orders", .init(retention: nil)).partition(0)
        try partition.append { batch in
            for time in [10, 20, 30] as [Int64] {
                batch.append(
                    key: nil, value: Array("\(time)".utf8),
                    timestamp: Timestamp(milliseconds: time))
            }
        }
        try partition.trim(before: .timestamp(Timestamp(milliseconds: 15)))
        #expect(try partition.values() == ["20", "30"])
        #expect(try partition.firstOffset(at: Timestamp(milliseconds: 25))?.offset == Offset(2))
        try engine.close()
    }

    @Test func `what a position means`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let partition = try engine.createTopic("orders").partition(0)
        try partition.append("a", "b", "c", "d")
        try partition.trim(before: .offset(Offset(1)))
        #expect(try partition.offset(of: .beginning) == Offset(1))
        #expect(try partition.offset(of: .end) == Offset(4))
        #expect(try partition.offset(of: .last(2)) == Offset(2))
        #expect(try partition.offset(of: .last(100)) == Offset(1))
        #expect(try partition.offset(of: .last(-1)) == Offset(4))
        #expect(try partition.offset(of: .offset(Offset(3))) == Offset(3))
        #expect(try partition.offset(of: .timestamp(Timestamp(milliseconds: .max))) == Offset(4))
        let failure = #expect(throws: NewswireError.self) {
            try partition.offset(of: .offset(Offset(0)))
        }
        #expect(failure?.code == .offsetOutOfRange)
        #expect(failure?.validOffsets == Offset(1)...Offset(4))
        try engine.close()
    }

    @Test func `operations are told`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        try engine.createTopic("orders")
        try engine.addPartitions(to: "orders", total: 2)
        try engine.deleteTopic("orders")
        try engine.close()
        #expect(store.events.map(\.kind) == [.topicCreated, .topicAltered, .topicDeleted])
    }
}
