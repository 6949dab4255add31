import NewswireLog
import NewswireTesting
import Testing

/// Crashes in recoveries, and in the recoveries from those: three deep.
struct NestedCrashTests {
    enum Story: String, CaseIterable, Sendable {
        case begin, roll, trim, replace, atomic

        var steps: [DirectoryStep] {
            let both = [0, 1].map { DirectoryStep.append(to: $0, records: 2, bytes: 250, nil) }
            return switch self {
            case .begin: both
            case .roll: both + both + both + [.appendMany(to: 1, batches: 2)]
            case .trim: both + both + [.trim(0, percent: 60), .trim(1, percent: 100)] + both
            case .replace: both + [.replace(0), .replace(1)] + both
            case .atomic:
                both + [.alter(1, .synced)]
                    + [2, 3, 1].map { .appendTogether(records: $0, bytes: 250) }
            }
        }
    }

    /// More changes than the recovery of any of the stories makes.
    private static let changesMax = 24

    @Test(arguments: Story.allCases)
    func `recoveries that are interrupted three deep come to what was promised`(
        story: Story
    ) throws {
        var random = SeededRandom(seed: 42)
        var deepest = 0
        for points in Self.points(&random) {
            var scenario = DirectoryScenario(story.steps)
            scenario.power = Int.random(in: 20...140, using: &random)
            for power in points + [nil, nil] {
                let profile = CrashProfile.allCases.randomElement(using: &random) ?? .dropped
                // Odd, so that nothing is recovered besides.
                let seed = UInt64.random(in: 0..<500, using: &random) * 2 + 1
                scenario.steps.append(.crash(profile, seed: seed, power: power))
            }
            let outcome = scenario.run(nil)
            try #require(outcome.failure == nil, "\(scenario)")
            deepest = max(deepest, outcome.interruptionsMax)
        }
        #expect(deepest == 3)
    }

    /// Where the power fails in the three recoveries: anywhere when there is time, else a sample.
    private static func points(_ random: inout SeededRandom) -> [[Int?]] {
        guard SimulationSettings.seconds != nil else {
            return (0..<400).map { _ in
                (0..<3).map { _ in Int.random(in: 1...changesMax, using: &random) }
            }
        }
        let all = 1...changesMax
        return all.flatMap { a in all.flatMap { b in all.map { c in [a, b, c] } } }
    }
}
