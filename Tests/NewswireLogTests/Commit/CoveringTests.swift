import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// When the commit log may give up what it holds of a partition: not while a sync is under way, nor
/// for records that came to the segment after it began.
struct CoveringTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let system: HookedFileSystem
    let store: LogStore
    let stores = KeptStores()

    init() {
        disk = SimulatedFileSystem(time: time)
        system = HookedFileSystem(disk)
        store = LogStore(on: disk, time: time)
        store.options.fileSystem = system
        stores.keep(store)
    }

    private func openTwo() throws -> (PartitionLog, PartitionLog) {
        let log = try store.open()
        let other = try store.open(
            TopicPartition("others", 0), PartitionIdentity(id: 9, topicID: TopicID(high: 9, low: 9))
        ) { $0.segmentBytes = 4 << 20 }
        return (log, other)
    }

    /// Fills the redo file by another partition, whose segment is synced, and has a head written.
    private static func goOn(_ other: PartitionLog, _ disk: SimulatedFileSystem) throws {
        for _ in 0..<5 {
            try other.append { $0.append(key: nil, value: [UInt8](repeating: 7, count: 250_000)) }
        }
        #expect(disk.paths.filter { $0.hasSuffix(".redo") }.count > 1)
        #expect(other.evict())
        try other.trim(before: Offset(1))
    }

    private func values(after image: SimulatedFileSystem) throws -> [String] {
        let found = LogStore(on: image, time: time)
        stores.keep(found)
        return try found.open().values()
    }

    @Test func `what a sync under way is to cover stays in the commit log until it is over`() throws
    {
        let (log, other) = try openTwo()
        try log.append(0)
        let once = Once()
        let image = Mutex<SimulatedFileSystem?>(nil)
        system.before { [disk] operation, path in
            guard operation == .synchronize, path.contains("orders-0"), path.hasSuffix(".log"),
                once.take()
            else { return }
            do {
                try Self.goOn(other, disk)
                image.withLock { $0 = disk.crash(.dropped, seed: 1) }
            } catch { Issue.record(error) }
        }
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        system.release()
        let found = try #require(image.withLock { $0 })
        #expect(try values(after: found) == recordTexts(0..<1))
    }

    @Test func `what is applied while a sync is under way is not covered by it`() throws {
        let (log, other) = try openTwo()
        try log.append(0)
        let (applying, covered) = (Gate(), Gate())
        let (atWrite, atHead) = (Once(), Once())
        // The write to the segment waits until a sync that began before it is over.
        system.before { operation, path in
            switch operation {
            case .write where path.contains("orders-0") && path.hasSuffix(".log"):
                guard atWrite.take() else { return }
                applying.open()
                _ = covered.wait(until: nil)
            case .rename where path.hasSuffix(".head.tmp"):
                if atHead.take() { covered.open() }
            default: break
            }
        }
        let crew = ThreadCrew()
        try crew.add { [time, directory = store.directory] in
            _ = applying.wait(until: nil)
            time.advance(by: .seconds(20))
            directory?.runMaintenance()
        }
        try log.append(1)
        crew.join()
        system.release()
        try Self.goOn(other, disk)
        #expect(try values(after: disk.crash(.dropped, seed: 1)) == recordTexts(0..<2))
    }
}
