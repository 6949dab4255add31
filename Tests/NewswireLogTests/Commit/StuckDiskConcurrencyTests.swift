import NewswireLog
import NewswireTesting
import Testing

/// A disk whose sync does not come back for a while.
struct StuckDiskConcurrencyTests {
    @Test func `while a sync hangs, others are served and what waits is acknowledged after it`()
        throws
    {
        let system = HookedFileSystem()
        let store = try LogStore()
        store.options.fileSystem = system
        let synced = try store.open()
        let written = try store.open(
            TopicPartition("written", 0),
            PartitionIdentity(id: 8, topicID: TopicID(high: 9, low: 9))
        ) { $0.durability = .written }
        try synced.append(0)

        let (isStuck, end, once) = (Gate(), Gate(), Once())
        system.before { operation, path in
            guard operation == .synchronize, path.hasSuffix(".redo"), once.take() else { return }
            isStuck.open()
            _ = end.wait(until: nil)
        }
        let waiters = (1...200).map { _ in RecordingAppendWaiter() }
        try synced.appendLater(1, waiters[0])
        _ = isStuck.wait(until: nil)
        for number in 2...200 { try synced.appendLater(number, waiters[number - 1]) }
        for number in 0..<200 { try written.append(number) }
        #expect(written.offsets.highWatermark == Offset(200))
        // Nobody is told what is not true yet, and what was acknowledged before is there.
        #expect(waiters.allSatisfy { $0.all.isEmpty })
        #expect(synced.offsets.highWatermark == Offset(1))

        end.open()
        for waiter in waiters { _ = try #require(waiter.outcome()).get() }
        #expect(synced.offsets.highWatermark == Offset(201))
        system.release()
        try store.close()
    }
}
