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

    /// The next sync fails: of the commit log for a `synced` topic, else of the segment.
    private func fail(at level: Durability = .synced, reverts: Bool) {
        var fault = Fault(.synchronize, number: 1, errorNumber: 5)
        fault.cacheReverts = reverts
        fault.pathPart = level == .synced ? ".redo" : ".log"
        disk.faults = FaultPlan(fault)
    }

    @Test(arguments: [false, true])
    func `a failed sync of the commit log stops the directory, and reads go on`(
        reverts: Bool
    ) throws {
        let log = try store.open()
        let other = try openOther(at: .synced)
        try log.append(0)
        fail(reverts: reverts)
        let waiter = RecordingAppendWaiter()
        try log.appendLater(1, waiter)
        expectStopped { try log.append(2) }
        guard case .failure(.stopped)? = waiter.all.first else {
            Issue.record("\(waiter.all)")
            return
        }
        expectStopped { try log.append(3) }
        expectStopped { try log.synchronize() }
        expectStopped { try log.trim(before: Offset(1)) }
        expectStopped { try other.append(0) }
        #expect(try log.values() == recordTexts(0..<1))
        #expect(log.offsets.highWatermark == Offset(1))
        #expect(store.events.all.contains { if case .stopped = $0 { true } else { false } })
    }

    @Test(arguments: [false, true])
    func `a failed sync of a segment stops its log and no other`(reverts: Bool) throws {
        let log = try store.open { $0.durability = .written }
        let other = try openOther(at: .written)
        try log.append(0, at: .synced)
        fail(at: .written, reverts: reverts)
        expectStopped { try log.append(1, at: .synced) }
        expectStopped { try log.append(2) }
        expectStopped { try log.synchronize() }
        #expect(try log.read(from: .zero, maxBytes: 1).values() == ["record 0"])
        try other.append(0, at: .synced)
        #expect(try other.values() == recordTexts(0..<1))
    }

    private func openOther(at level: Durability) throws -> PartitionLog {
        try store.open(
            TopicPartition("orders", 1),
            PartitionIdentity(id: 9, topicID: LogStore.identity.topicID)
        ) { $0.durability = level }
    }

    private func expectStopped(_ body: () throws -> Any) {
        #expect {
            _ = try body()
        } throws: { error in
            guard case .stopped? = error as? LogFailure else { return false }
            return true
        }
    }

    @Test(arguments: [false, true])
    func `what a segment's sync lost is in the commit log`(reverts: Bool) throws {
        // The records were acknowledged long before.
        var log = try store.open()
        for number in 0..<3 { try log.append(number) }
        fail(at: .written, reverts: reverts)
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        expectStopped { try log.append(3) }
        disk.faults = FaultPlan()
        for profile in CrashProfile.allCases {
            #expect(try values(on: disk.crash(profile, seed: 1)) == recordTexts(0..<3))
        }
        #expect(throws: LogFailure.self) { try store.close() }
        log = try store.open()
        #expect(try log.values() == recordTexts(0..<3))
        try log.append(3)
        #expect(try values(on: disk.crash(.dropped, seed: 1)) == recordTexts(0..<4))
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
        fail(at: level, reverts: reverts)
        try log.append(1, at: Durability.none)
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
        let log = try store.open { $0.durability = .written }
        disk.faults = FaultPlan(Fault(.synchronizeDirectory, number: 1, errorNumber: 5))
        expectStopped { try log.append(0, at: .synced) }
        expectStopped { try log.append(1) }
    }

    @Test func `a commit log that cannot be begun refuses appends until it can`() throws {
        let log = try store.open()
        disk.faults = FaultPlan(Fault(.synchronizeDirectory, number: 1, errorNumber: 5))
        #expect(throws: LogFailure.self) { try log.append(0) }
        #expect(log.offsets.logEndOffset == .zero)
        disk.faults = FaultPlan()
        try log.append(0)
        #expect(try values(on: disk.crash(.dropped, seed: 1)) == recordTexts(0..<1))
    }
}
