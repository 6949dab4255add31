import NewswireLog
import NewswireTesting
import Testing

/// Tests that would not notice a missing sync prove nothing about those that are there.
struct MutantTests {
    /// How many random runs a mutant may take to be found out, after all short ones.
    static let seedsMax: UInt64 = 600

    @Test(arguments: SyncMutant.all)
    func `a mutant is found out`(mutant: SyncMutant) throws {
        var strikes = 0
        let random = (1...Self.seedsMax).lazy.map { DirectoryScenario(seed: $0) }
        let cases = try RegressionTests.cases.map { try DirectoryScenario(text: $0.text) }
        for (kind, scenarios) in [
            ("short", AnySequence(Self.short)), ("text case", AnySequence(cases)),
            ("seed", AnySequence(random)),
        ] {
            for (number, scenario) in scenarios.enumerated() {
                let outcome = scenario.run(mutant)
                strikes += outcome.strikes
                guard let failure = outcome.failure else { continue }
                print("mutant \(mutant): found out by \(kind) \(number + 1), \(failure)")
                return
            }
        }
        Issue.record("\(mutant) survived, and struck \(strikes) times")
    }

    @Test(arguments: SyncMutant.harmless.map(\.mutant))
    func `what is made again anyway need not be synced`(mutant: SyncMutant) {
        var strikes = 0
        for scenario in Self.short + (1...60).map({ DirectoryScenario(seed: $0) }) {
            let outcome = scenario.run(mutant)
            strikes += outcome.strikes
            #expect(outcome.failure == nil, "\(mutant): \(scenario)")
        }
        #expect(strikes > 0, "\(mutant) never struck")
    }

    @Test func `without a mutant the same runs find nothing`() {
        for scenario in Self.short {
            let failure = scenario.run(nil).failure
            #expect(failure == nil, "\(scenario)")
        }
        for seed in 1...Self.seedsMax {
            let failure = DirectoryScenario(seed: seed).run(nil).failure
            #expect(failure == nil, "seed \(seed)")
        }
    }

    /// Runs of a few steps, the power failing at every change in turn, under every profile.
    static let short: [DirectoryScenario] = {
        let begin = [0, 1].map { DirectoryStep.append(to: $0, records: 2, bytes: 60, nil) }
        let replace = [.replace(0), .replace(1)] + begin
        let late: [DirectoryStep] = [
            .alter(1, .synced), .appendTogether(records: 2, bytes: 60), .advance(seconds: 20),
        ]
        var scenarios: [DirectoryScenario] = []
        for (story, changes) in [
            (begin, 30), (begin + replace, 80), (late, 100),
        ] {
            for power in 1...changes {
                for profile in CrashProfile.allCases {
                    let crash = DirectoryStep.crash(profile, seed: UInt64(power), power: nil)
                    var scenario = DirectoryScenario(story + [crash])
                    scenario.power = power
                    scenarios.append(scenario)
                }
            }
        }
        return scenarios
    }()
}
