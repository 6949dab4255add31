import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Processes whose disk loses its power while they append: an ext4 of the test's own, which the
/// kernel shuts down.
///
/// `NEWSWIRE_POWER_LOSSES` sets how often (20), `NEWSWIRE_SEED` where the random numbers begin.
@Suite(.serialized) struct PowerLossTests {
    /// How many processes work on one file system, each on what the power left of the one before.
    private static let livesPerDisk = 5

    @Test func `what was on the disk is there when the power comes back`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let losses = environment["NEWSWIRE_POWER_LOSSES"].flatMap { Int($0) } ?? 20
        let firstSeed = environment["NEWSWIRE_SEED"].flatMap { UInt64($0) } ?? 1
        var cut = 0
        var survivorCount = 0
        var groupCount = 0
        while cut < losses {
            let lives = min(Self.livesPerDisk, losses - cut)
            let survivors = try await loseThePower(times: lives, seed: firstSeed + UInt64(cut))
            guard let survivors else {
                print("SKIPPED: nothing here can lose its power")
                return
            }
            cut += lives
            survivorCount += survivors.count
            groupCount += survivors.groupCount
        }
        print(
            "\(cut) power losses from seed \(firstSeed) on: \(survivorCount) records and"
                + " \(groupCount) atomic appends survived")
        // A test that loses nothing because nothing was written would show nothing.
        #expect(survivorCount > losses && groupCount > losses)
    }

    /// Nil when this machine has no power to lose.
    private func loseThePower(times: Int, seed: UInt64) async throws -> SurvivingRecords? {
        let store = try CommandHarness()
        guard let disk = try Mount.ext4(in: store.folder, byteCount: 256 << 20) else { return nil }
        let data = "\(disk.path)/data"
        var survivors = SurvivingRecords()
        var said: [Acknowledgement] = []
        for life in 0..<times {
            let writer = DoomedWriter(
                data: data, report: store.folder.path("report-\(life)"),
                end: .powerLoss(mount: disk.path), seed: seed + UInt64(life), life: life,
                partitionsPerTopic: 3, threadCount: 3, taskCount: 5)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [writer = writer as DoomedWriter] in try await writer.run()
            }
            try disk.unmount()
            try disk.mountAgain()
            said += try Acknowledgement.all(inFile: writer.report)
            // Now and then the next one recovers what nobody has opened in between.
            guard (seed + UInt64(life)) % 3 > 0 || life == times - 1 else { continue }
            let comment: Comment = "seed \(seed), power loss \(life)"
            try survivors.check(data, after: said, keeping: .synced, comment)
            said = []
            let verified = try await store.run("verify", data)
            #expect(verified.status == 0, "\(comment): \(verified.output)")
        }
        return survivors
    }
}
