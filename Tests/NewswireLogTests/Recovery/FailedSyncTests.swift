import NewswireLog
import NewswireTesting
import Testing

/// After a sync that failed the kernel may take unwritten pages for clean.
struct FailedSyncTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore
    let stores = KeptStores()

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
    }

    private func values(on disk: SimulatedFileSystem) throws -> [String] {
        let store = LogStore(on: disk, time: time)
        stores.keep(store)
        return try store.open().values()
    }

    private func fail(_ number: Int = 1, reverts: Bool, isSticky: Bool = false) {
        var fault = Fault(.synchronize, number: number, errorNumber: 5, isSticky: isSticky)
        fault.cacheReverts = reverts
        fault.pathPart = ".log"
        disk.faults = FaultPlan(fault)
    }

    @Test(arguments: [false, true])
    func `a failed sync stops the log, and reads go on`(reverts: Bool) throws {
        let log = try store.open()
        let other = try store.open(
            TopicPartition("orders", 1),
            PartitionIdentity(id: 9, topicID: LogStore.identity.topicID))
        try log.append(0)
        fail(reverts: reverts)
        let waiter = RecordingAppendWaiter()
        try log.appendLater(1, waiter)
        #expect {
            try log.append(2)
        } throws: { error in
            guard case .stopped? = error as? LogFailure else { return false }
            return true
        }
        guard case .failure(.stopped)? = waiter.all.first else {
            Issue.record("\(waiter.all)")
            return
        }
        #expect(throws: LogFailure.self) { try log.append(3) }
        #expect(throws: LogFailure.self) { try log.synchronize() }
        #expect(throws: LogFailure.self) { try log.trim(before: Offset(1)) }
        #expect(try log.values() == recordTexts(0..<1))
        #expect(log.offsets.highWatermark == Offset(1))
        #expect(store.events.all.contains { if case .stopped = $0 { true } else { false } })
        // Its neighbours are not concerned.
        try other.append(0)
        #expect(try other.values() == recordTexts(0..<1))
    }

    @Test func `no append is acknowledged by a sync after the one that failed`() throws {
        // The second sync succeeds, of pages that the first one dropped.
        let log = try store.open()
        try log.append(0)
        fail(reverts: false)
        for number in 1..<5 { #expect(throws: LogFailure.self) { try log.append(number) } }
        let image = disk.crash(.dropped, seed: 1)
        #expect(try values(on: image) == recordTexts(0..<1))
    }

    @Test(arguments: [Durability.synced, .written], [false, true])
    func `what is recovered after a failed sync is durable`(
        level: Durability, reverts: Bool
    ) throws {
        // Recovery read the unsynced tail from the cache, synced without an error, served it: it
        // was gone with the next power failure, and what was synced behind it as well.
        var log = try store.open { $0.durability = level }
        try log.append(0, at: .synced)
        fail(reverts: reverts)
        try log.append(1, at: .written)
        #expect(throws: LogFailure.self) { try log.append(2, at: .synced) }
        disk.faults = FaultPlan()
        #expect(throws: LogFailure.self) { try store.close() }
        log = try store.open { $0.durability = level }
        let recovered = try log.values()
        #expect(recovered.starts(with: recordTexts(0..<1)))
        let served = disk.crash(.dropped, seed: 1)
        #expect(try values(on: served) == recovered)
        try log.append(100, at: .synced)
        let image = disk.crash(.dropped, seed: 1)
        #expect(try values(on: image) == recovered + ["record 100"])
        #expect(!disk.paths.contains { $0.contains("sync-failed") || $0.hasSuffix(".tmp") })
    }

    @Test func `a sync that fails while recovering is not believed the next time`() throws {
        let log = try store.open { $0.durability = .written }
        try log.append(0)
        try log.append(1)
        let image = disk.crash(.killed, seed: 1)
        let second = LogStore(on: image, time: time)
        var fault = Fault(.synchronize, number: 1, errorNumber: 5)
        fault.pathPart = ".log"
        image.faults = FaultPlan(fault)
        #expect(throws: LogFailure.self) { try second.open() }
        try second.close()
        image.faults = FaultPlan()
        let kept = try second.open().values()
        let found = image.crash(.dropped, seed: 1)
        #expect(try values(on: found) == kept)
    }

    @Test func `a directory that cannot be synced stops the log, too`() throws {
        let log = try store.open()
        disk.faults = FaultPlan(Fault(.synchronizeDirectory, number: 1, errorNumber: 5))
        #expect(throws: LogFailure.self) { try log.append(0) }
        #expect(log.offsets.highWatermark == .zero)
        #expect(throws: LogFailure.self) { try log.append(1) }
    }
}
