import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// What a checkpoint says of a partition.
struct CommitPointTests {
    @Test func `a segment that ended before its records were seen is synced to its end`() throws {
        // The position was the end that readers saw: what lay behind it, synced and acknowledged,
        // would have been taken for a torn tail.
        let time = ManualTimeSource()
        let disk = SimulatedFileSystem(time: time)
        let system = HookedFileSystem(disk)
        let store = LogStore(on: disk, time: time)
        store.options.fileSystem = system
        let first = try store.open()
        let second = try store.open(
            TopicPartition("orders", 1),
            PartitionIdentity(id: 9, topicID: LogStore.identity.topicID))
        for log in [first, second] {
            try log.append(0)
            var configuration = log.configuration
            configuration.segmentAge = .seconds(3600)
            try log.alter(configuration)
        }
        time.advance(by: .seconds(7200))
        // Whichever partition is looked at first: the other one gets a record that is not synced.
        let once = Once()
        system.before { operation, path in
            guard operation == .status, path.hasSuffix("00.log"),
                once.take()
            else { return }
            let other = path.contains("orders-0") ? second : first
            do { try other.appendLater(1) } catch { Issue.record(error) }
        }
        store.directory?.runMaintenance()
        system.release()
        for log in [first, second] { try log.synchronize() }
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        let head = try #require(try RedoDirectory(in: store.path, on: disk).load().newest)
        #expect(head.entries.count == 2)
        for entry in head.entries {
            let path = "\(store.path)/\(entry.partition)/00000000000000000000.log"
            let byteCount = try #require(try disk.status(of: path)).byteCount
            #expect(entry.recoveryPosition.value == byteCount)
        }
        #expect(Set(head.entries.map(\.recoveryPoint)) == [Offset(1), Offset(2)])
    }
}
