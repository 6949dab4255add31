import NewswireLog
import NewswireTesting
import Testing

struct DirectoryScenarioTests {
    @Test func `a scenario that is printed and read is the same`() throws {
        for seed in UInt64(1)...300 {
            var scenario = DirectoryScenario(seed: seed)
            scenario.comment = ["A story.", "", "It ends well."]
            scenario.kills = ["no-head-sync"]
            if seed % 5 == 0 { scenario.power = nil }
            #expect(try DirectoryScenario(text: "\(scenario)") == scenario, "seed \(seed)")
        }
    }

    @Test(arguments: [
        "append 0 records=1 bytes=2", "directory strict partitions=9",
        "directory strict partitions=1\nappend records=1 bytes=1",
        "directory strict partitions=1\nappend 0 records=x bytes=1",
        "directory strict partitions=1\nappend 0 bytes=1",
        "directory strict partitions=1\ncrash sideways seed=1",
        "directory strict partitions=1\nalter 0 level=some",
        "directory strict partitions=1\njump 0",
    ])
    func `what is no scenario is refused`(text: String) {
        #expect(throws: ScenarioLine.Failure.self) { try DirectoryScenario(text: text) }
    }

    @Test func `the same seed draws the same scenario, and runs alike`() {
        let first = DirectoryScenario(seed: 9)
        #expect(first == DirectoryScenario(seed: 9))
        #expect(first != DirectoryScenario(seed: 10))
        let (one, other) = (first.run(nil), first.run(nil))
        #expect(one.failure == nil && other.failure == nil)
        #expect(one.crashChecks > 0 && one.crashChecks == other.crashChecks)
    }

    @Test func `the drawn scenarios contain every kind of step`() {
        let steps = (UInt64(1)...100).flatMap { DirectoryScenario(seed: $0).steps }
        let verbs = Set(steps.map { String($0.description.prefix { $0 != " " }) })
        #expect(
            verbs == [
                "append", "append-many", "append-together", "synchronize", "trim", "advance",
                "alter", "replace",
                "reopen", "crash",
            ])
        let altered = steps.compactMap { step in
            if case .alter(_, let level) = step { level } else { nil }
        }
        #expect(Set(altered) == Set(Durability.allCases))
    }

    // MARK: Shrinking

    @Test func `a failing scenario becomes as small as it can`() {
        // What fails: any append to partition 1 of more than two records, and a later crash.
        func fails(_ scenario: DirectoryScenario) -> Bool {
            let large = scenario.steps.firstIndex { step in
                if case .append(1, let records, _, _) = step { records > 2 } else { false }
            }
            guard let large else { return false }
            return scenario.steps[large...].contains { step in
                if case .crash = step { true } else { false }
            }
        }
        let scenario = DirectoryScenario(seed: 14)
        #expect(fails(scenario))
        var shrinker = ScenarioShrinker(runsMax: 2000, fails: fails)
        var smallest = DirectoryScenario([
            .append(to: 1, records: 3, bytes: 0, nil), .crash(.killed, seed: 0, power: nil),
        ])
        smallest.partitionCount = 2
        #expect(shrinker.shrink(scenario) == smallest)
    }

    @Test func `a shrinker stops when its runs are used up`() {
        var runCount = 0
        var shrinker = ScenarioShrinker(runsMax: 7) { _ in
            runCount += 1
            return false
        }
        _ = shrinker.shrink(DirectoryScenario(seed: 5))
        #expect(runCount == 7)
    }

    @Test func `a mutant that a seed finds out is reduced to a few steps`() throws {
        let mutant = try #require(SyncMutant.all.first { $0.name == "no-segment-sync" })
        let scenario = DirectoryScenario(seed: 1)
        #expect(scenario.run(mutant).failure != nil)
        var shrinker = ScenarioShrinker(runsMax: 4000) { $0.run(mutant).failure != nil }
        let reduced = shrinker.shrink(scenario)
        #expect(reduced.run(mutant).failure != nil)
        #expect(reduced.steps.count <= 3, "\(reduced)")
    }
}
