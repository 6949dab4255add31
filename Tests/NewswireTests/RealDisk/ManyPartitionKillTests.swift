import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Processes that append to many partitions at all levels, from threads and tasks, and are killed.
///
/// `NEWSWIRE_KILLS` sets how often (20), `NEWSWIRE_SEED` where the random numbers begin.
@Suite(.serialized) struct ManyPartitionKillTests {
    /// How many processes work on one directory, each on what the kill left of the one before.
    private static let livesPerDirectory = 5

    @Test func `many partitions lose nothing acknowledged when their writers are killed`()
        async throws
    {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["NEWSWIRE_KILLS"].flatMap { Int($0) } ?? 20
        let firstSeed = environment["NEWSWIRE_SEED"].flatMap { UInt64($0) } ?? 1
        var survivorCount = 0
        var groupCount = 0
        for first in stride(from: 0, to: kills, by: Self.livesPerDirectory) {
            let survivors = try await kill(
                times: min(Self.livesPerDirectory, kills - first), seed: firstSeed + UInt64(first))
            survivorCount += survivors.count
            groupCount += survivors.groupCount
        }
        print(
            "\(kills) kills from seed \(firstSeed) on: \(survivorCount) records and"
                + " \(groupCount) atomic appends survived")
        // A test that loses nothing because nothing was written would show nothing.
        #expect(survivorCount > kills && groupCount > kills)
    }

    private func kill(times: Int, seed: UInt64) async throws -> SurvivingRecords {
        let store = try CommandHarness()
        var survivors = SurvivingRecords()
        var said: [Acknowledgement] = []
        for life in 0..<times {
            let writer = DoomedWriter(
                data: store.data, report: store.folder.path("report-\(life)"), end: .kill,
                seed: seed + UInt64(life), life: life, partitionsPerTopic: 10, threadCount: 4,
                taskCount: 36)
            await #expect(processExitsWith: .signal(SIGKILL)) { [writer = writer as DoomedWriter] in
                try await writer.run()
            }
            said += try Acknowledgement.all(inFile: writer.report)
            // Now and then the next one recovers what nobody has opened in between.
            guard (seed + UInt64(life)) % 3 > 0 || life == times - 1 else { continue }
            let comment: Comment = "seed \(seed), kill \(life)"
            try survivors.check(store.data, after: said, keeping: .written, comment)
            said = []
            let verified = try await store.run("verify", store.data)
            #expect(verified.status == 0, "\(comment): \(verified.output)")
        }
        return survivors
    }
}
