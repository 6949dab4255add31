import NewswireLog
import NewswireTesting
import Testing

/// Redo files that are made while others come into use.
struct SpareRedoFileConcurrencyTests {
    // A larger spare file took the name of the one that was there. When that had come into use in
    // the meantime, its groups had no name any more: acknowledged, and gone with the power.
    @Test func `a spare file that comes into use while a larger one is made loses nothing`() throws
    {
        let time = ManualTimeSource()
        let disk = SimulatedFileSystem(time: time)
        let system = HookedFileSystem(disk)
        let store = LogStore(on: disk, time: time)
        store.options.fileSystem = system
        let log = try store.open()
        let other = try store.open(
            TopicPartition("orders", 1),
            PartitionIdentity(id: 9, topicID: LogStore.identity.topicID))
        try log.append(0)
        // A spare one of the smallest size is ready.
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()

        let (once, crew) = (Once(), ThreadCrew())
        system.before { operation, path in
            guard operation == .write, path.hasSuffix("coming"), once.take() else { return }
            fill(log, crew)
        }
        let directory = try #require(store.directory)
        try directory.append(
            [log, other].map { log in
                PartitionAppend(to: log) { batch in
                    batch.append(key: nil, value: [UInt8](repeating: 121, count: 900_000))
                }
            })
        #expect(once.isDone, "no larger spare file was made")
        let again = LogStore(on: disk.crash(.dropped, seed: 1), time: time)
        store.abandon()
        let found = try again.open()
        #expect(found.offsets.logEndOffset == log.offsets.logEndOffset)
        #expect(again.report.partitions.flatMap(\.lost).isEmpty)
        try again.close()
    }

    private static func appendLarge(to log: PartitionLog) throws {
        try log.append { batch in
            batch.append(key: nil, value: [UInt8](repeating: 120, count: 180_000))
        }
    }

    /// More than the redo file takes that is in use, from another thread.
    private func fill(_ log: PartitionLog, _ crew: ThreadCrew) {
        do {
            try crew.add { for _ in 0..<7 { try Self.appendLarge(to: log) } }
            crew.join()
        } catch { Issue.record(error) }
    }
}
