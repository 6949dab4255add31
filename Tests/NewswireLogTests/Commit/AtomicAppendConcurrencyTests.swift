import NewswireLog
import NewswireTesting
import Testing

/// Atomic appends of several threads, beside each other and beside simple ones.
struct AtomicAppendConcurrencyTests {
    private static let perThread = 100

    private func open(_ store: LogStore) throws -> [PartitionLog] {
        _ = try store.open()
        return try (0..<3).map { number in
            try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 - number), topicID: TopicID(high: 9, low: 9))
            ) { $0.segmentBytes = 3000 }
        }
    }

    private static func append(
        _ text: String, to logs: [PartitionLog], _ directory: LogDirectory
    ) throws {
        let parts = logs.map { log in
            PartitionAppend(to: log) { $0.append(key: nil, value: [UInt8](text.utf8)) }
        }
        for (log, batch) in zip(logs, try directory.append(parts)) {
            try #require(log.offsets.highWatermark > batch.lastOffset)
        }
    }

    private static func appendAll(
        of thread: Int, to logs: [PartitionLog], _ directory: LogDirectory
    ) throws {
        for number in 0..<perThread {
            try append("\(thread) \(number)", to: logs, directory)
        }
    }

    @Test func `whatever the order of their parts, nobody waits for ever`() throws {
        let store = try LogStore()
        let logs = try open(store)
        let directory = try #require(store.directory)
        let crew = ThreadCrew()
        for thread in 0..<4 {
            let order = thread % 2 == 0 ? logs : logs.reversed()
            try crew.add { try Self.appendAll(of: thread, to: order, directory) }
        }
        try crew.add {
            for number in 0..<Self.perThread { try logs[number % 3].append(number) }
        }
        crew.join()
        let atomic = try logs.map { log in try log.values().filter { !$0.hasPrefix("record") } }
        #expect(atomic[0].count == 4 * Self.perThread)
        // All partitions are locked at once, so that all got them in one order.
        #expect(atomic[1] == atomic[0] && atomic[2] == atomic[0])
        try store.close()
    }
}
