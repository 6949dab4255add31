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
        var shrinker = ScenarioShrinker(runsMax: 4000) { $0.run(nil).failure != nil }
        let reduced = shrinker.shrink(scenario)
        Issue.record(
            """
            seed \(seed), \(failure)
            again: \(SimulationSettings.replay(seed, "RandomDirectoryTests"))
            reduced, for Tests/Regressions (\(reduced.run(nil).failure ?? "")):
            \(reduced)
            """)
    }

    @Test func `the same seed does the same to the disk`() throws {
        // Not the bytes: a directory's id is anybody's guess.
        func trace() throws -> [String] {
            var random = SeededRandom(seed: 77)
            var run = DirectoryRun()
            try run.open()
            for _ in 0..<60 { try run.perform(.drawn(partitionCount: 2, &random)) }
            defer { run.abandon() }
            return run.disk.trace.map(\.description)
        }
        let first = try trace()
        #expect(first.count > 300)
        #expect(try trace() == first)
    }
}
