import Newswire
import NewswireTesting
import Testing

struct TopicCatalogTests {
    @Test func `a created topic has its partitions' ids`() throws {
        var catalog = TopicCatalog()
        try catalog.create("orders", partitions: 3)
        try catalog.create("events", partitions: 2)
        #expect(try catalog.topic("orders").partitionIdsByNumber == [1, 2, 3])
        #expect(try catalog.topic("events").partitionIdsByNumber == [4, 5])
        #expect(catalog.nextPartitionId == 6)
    }

    @Test func `partitions are added at the end`() throws {
        var catalog = TopicCatalog()
        try catalog.create("orders", partitions: 1)
        try catalog.create("events", partitions: 1)
        catalog.apply(all: try catalog.growth(of: "orders", to: 3))
        #expect(try catalog.topic("orders").partitionIdsByNumber == [1, 3, 4])
        #expect(try catalog.topic("orders").configuration.partitions == 3)
        let refused = code {
            _ = try catalog.growth(of: "orders", to: 3)
        }
        #expect(refused == .invalidConfiguration)
    }

    @Test func `the ids of a deleted topic are not used again`() throws {
        var catalog = TopicCatalog()
        try catalog.create("orders", partitions: 3)
        let records = try catalog.deletion(of: "orders")
        // As if everything before had been compacted away.
        var later = TopicCatalog()
        later.apply(all: records)
        try later.create("orders", partitions: 1)
        #expect(try later.topic("orders").partitionIdsByNumber == [4])
    }

    @Test func `nothing changes until the records are applied`() throws {
        var catalog = TopicCatalog()
        try catalog.create("orders", partitions: 1)
        let before = catalog
        _ = try catalog.creation(of: "events", id: TopicID(high: 0, low: 7), .init())
        _ = try catalog.alteration(of: "orders", .init(set: ["retention.ms": "1"]))
        _ = try catalog.growth(of: "orders", to: 9)
        _ = try catalog.deletion(of: "orders")
        #expect(catalog == before)
    }

    @Test func `names that Kafka's tools confuse are refused`() throws {
        var catalog = TopicCatalog()
        try catalog.create("my.topic", partitions: 1)
        let twice = code {
            try catalog.create("my.topic", partitions: 1)
        }
        let confused = code {
            try catalog.create("my_topic", partitions: 1)
        }
        #expect(twice == .topicExists)
        #expect(confused == .invalidTopicName)
    }

    @Test func `users do not change the engine's topics`() throws {
        let internalTopic = TopicEntry(
            name: "__queue_state", id: TopicID(high: 0, low: 3),
            partitionIds: [PartitionIdRange(first: 1, count: 1)], configuration: .init())
        var catalog = TopicCatalog()
        catalog.apply(.topic(internalTopic))
        #expect(try catalog.topic("__queue_state") == internalTopic)
        let refused = [
            code { _ = try catalog.deletion(of: "__queue_state") },
            code {
                _ = try catalog.alteration(of: "__queue_state", .init())
            },
            code {
                _ = try catalog.growth(of: "__queue_state", to: 2)
            },
            code { try catalog.create("__mine", partitions: 1) },
        ]
        #expect(refused.allSatisfy { $0 == .internalTopic })
    }

    @Test func `an unknown topic is answered with the nearest`() throws {
        var catalog = TopicCatalog()
        try catalog.create("orders", partitions: 1)
        let failure = #expect(throws: NewswireError.self) { try catalog.topic("order") }
        #expect(failure?.code == .unknownTopic)
        #expect(failure?.message.contains("orders") == true)
    }

    @Test func `contradictions are found`() throws {
        var catalog = TopicCatalog()
        try catalog.create("orders", partitions: 2)
        #expect(catalog.contradiction() == nil)
        var copy = try catalog.topic("orders")
        copy.partitionIds = [PartitionIdRange(first: 2, count: 2)]
        catalog.apply(.topic(copy))
        #expect(catalog.contradiction() != nil)
        catalog.apply(.ids(nextPartitionId: 9))
        #expect(catalog.contradiction() == nil)
        try catalog.create("events", partitions: 1)
        var thief = try catalog.topic("events")
        thief.partitionIds = [PartitionIdRange(first: 3, count: 1)]
        catalog.apply(.topic(thief))
        #expect(catalog.contradiction() != nil)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `records read back give the same catalog`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var catalog = TopicCatalog()
        var replayed = TopicCatalog()
        for step in 0..<200 {
            for record in try catalog.randomChange(&random) {
                catalog.apply(record)
                replayed.apply(try record.roundTrip())
            }
            #expect(replayed == catalog, "seed \(seed), step \(step)")
            #expect(catalog.contradiction() == nil, "seed \(seed), step \(step)")
        }
    }
}

extension TopicCatalog {
    fileprivate mutating func apply(all records: [MetadataRecord]) {
        for record in records { apply(record) }
    }

    fileprivate mutating func create(
        _ name: String, partitions: Int
    ) throws(NewswireError) {
        let id = TopicID(high: 1, low: UInt64(nextPartitionId))
        apply(all: try creation(of: name, id: id, .init(partitions: partitions)))
    }

    fileprivate func randomChange(_ random: inout SeededRandom) throws -> [MetadataRecord] {
        let name = topics.keys.sorted().randomElement(using: &random)
        switch (Int.random(in: 0..<4, using: &random), name) {
        case (1, let name?):
            let bytes = Int.random(in: 1024...9999, using: &random)
            return try alteration(of: name, .init(set: ["segment.bytes": "\(bytes)"]))
        case (2, let name?):
            let today = topics[name]?.configuration.partitions ?? 0
            return try growth(of: name, to: today + Int.random(in: 1...3, using: &random))
        case (3, let name?): return try deletion(of: name)
        default:
            let id = TopicID(high: random.next(), low: random.next())
            let partitions = Int.random(in: 1...5, using: &random)
            return try creation(
                of: "t\(nextPartitionId)", id: id, .init(partitions: partitions))
        }
    }
}
