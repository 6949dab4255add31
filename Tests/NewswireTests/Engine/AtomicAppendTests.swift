import Newswire
import NewswireTesting
import Testing

struct AtomicAppendTests {
    @Test func `every partition gets its records, in the order of the parts`() throws {
        let store = try EngineStore()
        let engine = try store.open()
        let (orders, payments) = try Self.topics(of: engine)
        try payments.append("before")
        let before = engine.metrics().appended
        let batches = try engine.append(to: requests((payments, ["p"]), (orders, ["o", "p"])))
        #expect(batches.map(\.baseOffset) == [Offset(1), Offset(0)])
        #expect(batches.map(\.recordCount) == [1, 2])
        #expect(try payments.values() == ["before", "p"])
        #expect(try orders.values() == ["o", "p"])
        #expect(engine.metrics().appended.records - before.records == 3)
        try engine.close()
    }

    @Test func `tasks that append at the same time get their own offsets`() async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        let (orders, payments) = try Self.topics(of: engine)
        let found = try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    // Half of them the other way round: none may wait for another for ever.
                    let ways = [(orders, ["\(number)"]), (payments, ["\(number)"])]
                    let batches = try await engine.append(
                        to: requests(ways[number % 2], ways[1 - number % 2]))
                    return (number, batches[number % 2].baseOffset)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.1] = "\($1.0)" }
        }
        let values = (0..<20).map { found[Offset($0)] }
        #expect(try orders.values() == values)
        #expect(try payments.values().sorted() == orders.values().sorted())
        try await engine.close()
    }

    @Test func `an empty list appends nothing`() async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        #expect(try Self.appendBlocking([], engine).isEmpty)
        #expect(try await engine.append(to: []).isEmpty)
        try await engine.close()
    }

    /// A list of parts that cannot go together.
    enum Misfit: String, CaseIterable {
        case written, interval, none
        case twice, empty, tooLarge

        func parts(_ orders: Partition, _ other: Partition) -> [StreamEngine.PartitionRecords] {
            switch self {
            case .written, .interval, .none: requests((orders, ["a"]), (other, ["b"]))
            case .twice: requests((orders, ["a"]), (orders, ["b"]))
            case .empty: requests((orders, ["a"]), (other, []))
            case .tooLarge:
                requests((orders, [large, large, large]), (other, [large, large, large]))
            }
        }

        private var large: String { String(repeating: "x", count: 700_000) }

        /// The level of the topic beside.
        var level: Durability { Durability(rawValue: rawValue) ?? .synced }

        /// What the message has to name.
        var reason: String {
            switch self {
            case .written, .interval, .none:
                "payments-0 cannot take part in this atomic append:"
                    + " its level is \(rawValue), not synced"
            case .twice: "orders-0 cannot take part in this atomic append: it is named twice"
            case .empty: "payments-0 does not take this batch"
            case .tooLarge: "bytes do not go together"
            }
        }
    }

    @Test(arguments: Misfit.allCases)
    func `parts that cannot go together are refused with the reason`(misfit: Misfit) async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        let (orders, other) = try Self.topics(of: engine, misfit.level)
        let parts = misfit.parts(orders, other)
        let refused = #expect(throws: NewswireError.self) {
            try Self.appendBlocking(parts, engine)
        }
        let refusedTwin = await #expect(throws: NewswireError.self) {
            try await engine.append(to: parts)
        }
        for error in [refused, refusedTwin] {
            #expect(error?.code == .invalidRecord)
            #expect(error?.message.contains(misfit.reason) == true, "\(String(describing: error))")
        }
        // Of no part anything is left, and both go on.
        for partition in [orders, other] {
            try partition.append("next")
            #expect(try partition.values() == ["next"])
        }
        try await engine.close()
    }

    @Test func `a topic that is gone and an engine that only reads refuse`() async throws {
        let store = try EngineStore()
        let engine = try await StreamEngine.open(at: store.path)
        let (orders, payments) = try Self.topics(of: engine)
        let parts = requests((orders, ["a"]), (payments, ["b"]))
        try await engine.deleteTopic("payments")
        #expect(code { try Self.appendBlocking(parts, engine) } == .deleted)
        #expect(try orders.values().isEmpty)

        let reader = try await StreamEngine.openReadOnly(at: store.path)
        let seen = requests((try reader.topic("orders").partition(0), ["a"]))
        #expect(code { try Self.appendBlocking(seen, reader) } == .readOnly)
        try await reader.close()
        try await engine.close()
        #expect(code { try Self.appendBlocking(requests((orders, ["a"])), engine) } == .closed)
    }

    // A partition of another engine was accepted: its records went to the commit log of this one,
    // which replays them into its own files.
    @Test func `a partition of another engine is refused`() throws {
        let (store, stranger) = (try EngineStore(), try EngineStore())
        let (engine, other) = (try store.open(), try stranger.open())
        let orders = try Self.topics(of: engine).orders
        let payments = try Self.topics(of: other).payments
        let refused = #expect(throws: NewswireError.self) {
            try engine.append(to: requests((orders, ["a"]), (payments, ["b"])))
        }
        #expect(refused?.code == .invalidRecord)
        #expect(refused?.message.contains("payments-0") == true)
        #expect(try orders.values().isEmpty && payments.values().isEmpty)
        try other.close()
        try engine.close()
    }

    @Test func `when its sync fails, opening decides about all parts alike`() throws {
        var outcomes: Set<[[String]]> = []
        for seed in UInt64(1)...20 {
            let time = ManualTimeSource()
            let disk = SimulatedFileSystem(time: time)
            let engine = try StreamEngine.open(on: disk, time: time)
            let (orders, payments) = try Self.topics(of: engine)
            try engine.append(to: requests((orders, ["a"]), (payments, ["a"])))
            disk.faults = FaultPlan(Fault(.synchronize, number: 1, errorNumber: 5))
            let parts = requests((orders, ["b"]), (payments, ["b"]))
            #expect(code { try engine.append(to: parts) } == .stopped)
            // Nobody sees what may be lost, and nothing more is taken.
            #expect(try [orders.values(), payments.values()] == [["a"], ["a"]])
            #expect(code { try engine.append(to: parts) } == .stopped)
            disk.faults = FaultPlan()
            let profile: CrashProfile = seed % 2 == 0 ? .killed : .sectors
            let again = try StreamEngine.open(on: disk.crash(profile, seed: seed), time: time)
            let found = try ["orders", "payments"].map { try again.topic($0).partition(0).values() }
            #expect(found[0] == found[1], "seed \(seed), \(profile)")
            outcomes.insert(found)
            try again.close()
        }
        // Unknown means that both happen.
        #expect(outcomes == [[["a"], ["a"]], [["a", "b"], ["a", "b"]]])
    }

    // MARK: Helpers

    private static func topics(
        of engine: StreamEngine, _ level: Durability = .synced
    ) throws -> (orders: Partition, payments: Partition) {
        var configuration = TopicConfiguration()
        configuration.maxMessageBytes = 8 << 20
        let orders = try engine.createTopic("orders", configuration).partition(0)
        configuration.durability = level
        let payments = try engine.createTopic("payments", configuration).partition(0)
        return (orders, payments)
    }

    /// In an asynchronous function the other twin would be meant.
    @discardableResult
    private static func appendBlocking(
        _ parts: [StreamEngine.PartitionRecords], _ engine: StreamEngine
    ) throws -> [AppendedBatch] {
        try engine.append(to: parts)
    }
}

/// The parts of an atomic append: some values for each partition.
private func requests(_ parts: (Partition, [String])...) -> [StreamEngine.PartitionRecords] {
    parts.map { partition, values in
        StreamEngine.PartitionRecords(
            partition, values.map { Record(key: nil, value: Array($0.utf8)) })
    }
}
