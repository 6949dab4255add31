import NewswireLog
import NewswireTesting
import Testing

/// More partitions than the process may have files open.
struct DescriptorPressureTests {
    @Test(arguments: Durability.allCases)
    func `200 partitions work with 24 open files`(level: Durability) throws {
        // The budget says less than the disk has: it refuses with EMFILE, under every lock and in
        // every place. Evicting under the lock of one partition waited for that of another, or for
        // itself; a directory that could not be opened for its sync counted as a failed sync.
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        store.options.budget = DescriptorBudget(openFilesMax: 1000, mapsMax: 100)
        _ = try store.open()
        let logs = try (0..<200).map { number in
            try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 + number), topicID: TopicID(high: 9, low: 9))
            ) {
                $0.segmentBytes = 1024
                $0.durability = level
            }
        }
        var plan = FaultPlan()
        plan.openFilesMax = 24
        disk.faults = plan
        for round in 0..<20 {
            for log in logs { try log.append(round) }
        }
        for log in logs { #expect(try log.values() == recordTexts(0..<20)) }
        #expect(disk.openFileCount <= 24)
        #expect(store.events.all.allSatisfy { if case .rolled = $0 { true } else { false } })
        try store.close()
    }

    @Test func `appends that do not block are committed to make room`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        _ = try store.open()
        let logs = try (0..<50).map { number in
            try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 + number), topicID: TopicID(high: 9, low: 9)))
        }
        var plan = FaultPlan()
        plan.openFilesMax = 16
        disk.faults = plan
        let waiters = logs.map { _ in RecordingAppendWaiter() }
        for (log, waiter) in zip(logs, waiters) { try log.appendLater(0, waiter) }
        store.directory?.runMaintenance()
        #expect(waiters.allSatisfy { $0.all.count == 1 })
        for log in logs { #expect(try log.values() == recordTexts(0..<1)) }
    }

    @Test func `the budget is kept while everything is synced`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        store.options.budget = DescriptorBudget(openFilesMax: 20, mapsMax: 40)
        _ = try store.open()
        let logs = try (0..<100).map { number in
            try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 + number), topicID: TopicID(high: 9, low: 9)))
        }
        for round in 0..<3 {
            for log in logs {
                try log.append(round)
                #expect(disk.openFileCount <= 12)
            }
        }
    }
}
