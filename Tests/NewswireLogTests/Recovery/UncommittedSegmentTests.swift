import NewswireLog
import NewswireTesting
import Testing

/// A large batch goes to its segment before it is committed, what came before it does not.
struct UncommittedSegmentTests {
    // Met under power losses: a segment of a synced partition lay in quarantine/ after a crash in
    // which nothing was lost.
    @Test(arguments: [CrashProfile.killed, .names, .dropped])
    func `a segment behind batches that were never committed is no part of the log`(
        profile: CrashProfile
    ) throws {
        let time = ManualTimeSource()
        let disk = SimulatedFileSystem(time: time)
        let store = LogStore(on: disk, time: time)
        let log = try store.open { $0.segmentBytes = 400_000 }
        try log.append(0)
        try append(150_000, to: log)
        try append(300_000, to: log)
        let again = LogStore(on: disk.crash(profile, seed: 1), time: time)
        store.abandon()
        var found = try again.open()
        #expect(try found.values() == ["record 0"])
        #expect(again.report.partitions.flatMap(\.lost).isEmpty)
        let setAside = again.report.partitions.flatMap(\.quarantined)
        #expect(setAside.count == (profile == .killed ? 1 : setAside.count))
        #expect(setAside.allSatisfy { $0.hasSuffix("00000000000000000002.log") })
        for number in 1...3 { try found.append(number) }
        again.abandon()
        found = try again.open()
        #expect(try found.values() == recordTexts(0..<4))
        try again.close()
    }

    /// Appends without waiting: nobody commits before the crash.
    private func append(_ byteCount: Int, to log: PartitionLog) throws {
        var batch = RecordBatchBuilder()
        batch.append(key: nil, value: [UInt8](repeating: 120, count: byteCount))
        _ = try log.append(&batch, waiter: nil)
    }
}
