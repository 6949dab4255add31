import Foundation
import Newswire
import NewswireTesting
import Testing

/// Opens what an earlier engine wrote: its catalog of topics and all their records.
@Suite struct GoldenEngineTests {
    static let v1 = GoldenDirectory("v1-engine")

    private let temporary: TemporaryDirectory

    init() throws { temporary = try TemporaryDirectory() }

    private func expectEverything(in engine: StreamEngine) throws {
        #expect(topicLines(of: engine) == (try Self.v1.expected("topics.txt")))
        for topic in engine.topics {
            for partition in topic.partitions where partition.offsets.logEndOffset > .zero {
                let name = "\(partition.topicPartition).jsonl"
                #expect(try partition.log.lines() == Self.v1.expected(name))
            }
        }
    }

    @Test func `every topic, setting and record is there`() throws {
        let engine = try StreamEngine.open(at: try Self.v1.copy(in: temporary))
        #expect(engine.recoveryReport.wasClean)
        #expect(!engine.recoveryReport.changedAnything)
        try expectEverything(in: engine)
        try engine.close()
    }

    @Test func `reading changes nothing`() throws {
        let before = try contents(of: Self.v1.data)
        let engine = try StreamEngine.openReadOnly(at: Self.v1.data)
        try expectEverything(in: engine)
        try engine.close()
        #expect(try contents(of: Self.v1.data) == before)
    }

    @Test func `a crash after the open loses nothing`() throws {
        let path = try Self.v1.copy(in: temporary)
        let first = try StreamEngine.open(at: path)
        let crashed = temporary.path("crashed")
        try FileManager.default.copyItem(atPath: path, toPath: crashed)
        try first.close()
        let engine = try StreamEngine.open(at: crashed)
        #expect(!engine.recoveryReport.wasClean)
        try expectEverything(in: engine)
        try engine.close()
    }

    @Test func `ids that were used are not given out again`() throws {
        let engine = try StreamEngine.open(at: try Self.v1.copy(in: temporary))
        let used = engine.topics.flatMap { $0.partitions.map(\.log.identity.id) }
        let topic = try engine.createTopic("new", TopicConfiguration(partitions: 2))
        let given = topic.partitions.map(\.log.identity.id)
        let last = try #require(used.max())
        #expect(given.allSatisfy { $0 > last })
        try engine.close()
    }

    @Test func `appends, growth and deletion go on`() throws {
        let path = try Self.v1.copy(in: temporary)
        var engine = try StreamEngine.open(at: path)
        let orders = try engine.topic("orders")
        let end = try orders.partition(0).offsets.logEndOffset
        try orders.partition(0).append { $0.append(key: nil, value: [UInt8]("more".utf8)) }
        try engine.addPartitions(to: "packed", total: 2)
        try engine.deleteTopic("stamped")
        try engine.close()
        engine = try StreamEngine.open(at: path)
        #expect(engine.recoveryReport.wasClean)
        #expect(try engine.topic("orders").partition(0).offsets.logEndOffset == end + 1)
        #expect(try engine.topic("packed").partitionCount == 2)
        #expect(engine.topics.map(\.name) == ["orders", "packed", "renewed", "unused"])
        try engine.close()
    }
}
