import NewswireLog
import NewswireTesting
import Testing

/// Random steps and crashes on a directory, for as long as asked.
struct RandomDirectoryTests {
    @Test func `what was promised is found after random steps and crashes`() {
        let clock = ContinuousClock()
        let began = clock.now
        let first = SimulationSettings.firstSeed ?? 1
        let end = began + .seconds(SimulationSettings.seconds ?? 4)
        let count = SimulationSettings.seedCount ?? .max
        var (seed, crashChecks) = (first, 0)
        while seed - first < count, clock.now < end || seed - first < 3 {
            let scenario = DirectoryScenario(seed: seed)
            let outcome = scenario.run(nil)
            crashChecks += outcome.crashChecks
            if let failure = outcome.failure {
                report(scenario, failure, seed)
                return
            }
            seed += 1
        }
        let seconds = (clock.now - began) / .seconds(1)
        let perMinute = Int(Double(crashChecks) / seconds * 60)
        print(
            "random directories: seeds \(first) to \(seed - 1), \(perMinute) crash checks a minute")
    }

    private func report(_ scenario: DirectoryScenario, _ failure: String, _ seed: UInt64) {
        // A mutant is to be found out, not understood.
        let runsMax = SimulationSettings.isMutant ? 0 : 4000
        var shrinker = ScenarioShrinker(runsMax: runsMax) { $0.run(nil).failure != nil }
        let reduced = shrinker.shrink(scenario)
        Issue.record(
            """
            seed \(seed), \(failure)
            again: \(SimulationSettings.replay(seed, "RandomDirectoryTests"))
            reduced, for Tests/Regressions (\(reduced.run(nil).failure ?? "")):
            \(reduced)
            """)
    }

    @Test(arguments: UInt64(1)...20)
    func `the same seed asks the same of the disk, to the byte`(seed: UInt64) {
        let id = TopicID(high: 3, low: seed)
        let (first, second) = (
            DirectoryScenario(seed: seed).run(nil, directoryID: id),
            DirectoryScenario(seed: seed).run(nil, directoryID: id)
        )
        #expect(first.failure == nil && first.digest == second.digest)
        #expect(DirectoryScenario(seed: seed + 1).run(nil, directoryID: id).digest != first.digest)
    }
}
