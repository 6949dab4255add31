import Foundation
import Newswire
import NewswireTesting
import Testing

/// Opens what an earlier engine wrote: its catalog of topics and all their records.
@Suite struct GoldenEngineTests {
    static let names = ["v1-engine", "v2-engine"]

    private let temporary: TemporaryDirectory

    init() throws { temporary = try TemporaryDirectory() }

    private func expectEverything(_ golden: GoldenDirectory, in engine: StreamEngine) throws {
        #expect(topicLines(of: engine) == (try golden.expected("topics.txt")))
        for topic in engine.topics {
            for partition in topic.partitions where partition.offsets.logEndOffset > .zero {
                let name = "\(partition.topicPartition).jsonl"
                #expect(try partition.log.lines() == golden.expected(name))
            }
        }
    }

    @Test(arguments: names)
    func `every topic, setting and record is there`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let engine = try StreamEngine.open(at: try golden.copy(in: temporary))
        #expect(engine.recoveryReport.wasClean)
        #expect(!engine.recoveryReport.changedAnything)
        try expectEverything(golden, in: engine)
        try engine.close()
    }

    @Test(arguments: names)
    func `reading changes nothing`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let before = try contents(of: golden.data)
        let engine = try StreamEngine.openReadOnly(at: golden.data)
        try expectEverything(golden, in: engine)
        try engine.close()
        #expect(try contents(of: golden.data) == before)
    }

    @Test(arguments: names)
    func `a crash after the open loses nothing`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let path = try golden.copy(in: temporary)
        let first = try StreamEngine.open(at: path)
        let crashed = temporary.path("crashed")
        try FileManager.default.copyItem(atPath: path, toPath: crashed)
        try first.close()
        let engine = try StreamEngine.open(at: crashed)
        #expect(!engine.recoveryReport.wasClean)
        try expectEverything(golden, in: engine)
        try engine.close()
    }

    @Test(arguments: names)
    func `ids that were used are not given out again`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let engine = try StreamEngine.open(at: try golden.copy(in: temporary))
        let used = engine.topics.flatMap { $0.partitions.map(\.log.identity.id) }
        let topic = try engine.createTopic("new", TopicConfiguration(partitions: 2))
        let given = topic.partitions.map(\.log.identity.id)
        let last = try #require(used.max())
        #expect(given.allSatisfy { $0 > last })
        try engine.close()
    }

    @Test(arguments: names)
    func `appends, growth and deletion go on`(_ name: String) throws {
        let golden = GoldenDirectory(name)
        let path = try golden.copy(in: temporary)
        var engine = try StreamEngine.open(at: path)
        let names = engine.topics.map(\.name)
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
        #expect(engine.topics.map(\.name) == names.filter { $0 != "stamped" })
        try engine.close()
    }

    @Test func `after a power failure the commit log has what the segments have not`() throws {
        let golden = GoldenDirectory("v2-crashed")
        // Names and bytes that no sync covered were gone: hardly a segment is there.
        let path = try golden.copy(in: temporary)
        var engine = try StreamEngine.open(at: path)
        #expect(!engine.recoveryReport.wasClean)
        #expect(engine.recoveryReport.partitions.flatMap(\.lost).isEmpty)
        try expectEverything(golden, in: engine)
        try engine.close()
        engine = try StreamEngine.open(at: path)
        #expect(engine.recoveryReport.wasClean)
        try expectEverything(golden, in: engine)
        try engine.close()
    }
}
