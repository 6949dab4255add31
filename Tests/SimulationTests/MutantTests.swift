import NewswireLog
import NewswireTesting
import Testing

/// Tests that would not notice a missing sync prove nothing about those that are there.
struct MutantTests {
    /// How many random runs a mutant may take to be found out.
    static let seedsMax: UInt64 = 150

    @Test(arguments: SyncMutant.all)
    func `a mutant is found out`(mutant: SyncMutant) {
        var strikes = 0
        for seed in 1...Self.seedsMax {
            let outcome = DirectoryScenario(seed: seed).run(mutant)
            strikes += outcome.strikes
            if let failure = outcome.failure {
                print("mutant \(mutant): found out at seed \(seed), \(failure)")
                return
            }
        }
        Issue.record(
            "\(mutant) survived \(Self.seedsMax) runs, in which it struck \(strikes) times")
    }

    @Test(arguments: SyncMutant.harmless.map(\.mutant))
    func `what is made again anyway need not be synced`(mutant: SyncMutant) {
        var strikes = 0
        for seed in 1...Self.seedsMax / 5 {
            let outcome = DirectoryScenario(seed: seed).run(mutant)
            strikes += outcome.strikes
            #expect(outcome.failure == nil, "\(mutant), seed \(seed)")
        }
        #expect(strikes > 0, "\(mutant) never struck")
    }

    @Test func `without a mutant the same runs find nothing`() {
        for seed in 1...Self.seedsMax {
            let failure = DirectoryScenario(seed: seed).run(nil).failure
            #expect(failure == nil, "seed \(seed)")
        }
    }
}
