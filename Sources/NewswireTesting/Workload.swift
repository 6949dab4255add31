public import NewswireLog

/// One thing that is done to a log.
public enum WorkloadStep: Hashable, Sendable {
    /// Appends a batch; its level is the topic's when nil.
    case append(recordCount: Int, valueByteCount: Int, Durability?)
    /// Makes everything durable.
    case synchronize
    /// Ends the active segment.
    case roll
    /// Raises the start to this part of the log, in percent.
    case trim(percent: Int)
    /// Lets time pass, and what is due happen.
    case advance(seconds: Int)
    /// Closes the directory in order and opens it again.
    case reopen
    /// Crashes, and opens what is left.
    case crash(CrashProfile, seed: UInt64)
}

/// Random steps, as data: the same for the same seed.
public struct Workload: Sendable, CustomStringConvertible {
    /// What the steps were drawn from.
    public let seed: UInt64
    /// What to do, in order; the last step is a crash.
    public let steps: [WorkloadStep]

    /// Draws `stepCount` steps.
    public init(seed: UInt64, stepCount: Int) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        var steps = (1..<max(1, stepCount)).map { _ in Self.step(&random) }
        steps.append(Self.crash(&random))
        self.steps = steps
    }

    /// Tells how to make it again.
    public var description: String { "Workload(seed: \(seed), stepCount: \(steps.count))" }

    private static func step(_ random: inout SeededRandom) -> WorkloadStep {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<62: append(&random)
        case ..<70: .synchronize
        case ..<75: .roll
        case ..<80: .trim(percent: Int.random(in: 0...100, using: &random))
        case ..<86: .advance(seconds: Int.random(in: 1...20, using: &random))
        case ..<91: .reopen
        default: crash(&random)
        }
    }

    private static func append(_ random: inout SeededRandom) -> WorkloadStep {
        // Mostly small, now and then a batch of more than a sector or a page.
        let sizes = [0, 1, 20, 100, 100, 600, 1000]
        let levels: [Durability?] = [nil, nil, nil, .written, .synced]
        return .append(
            recordCount: Int.random(in: 1...5, using: &random),
            valueByteCount: sizes.randomElement(using: &random) ?? 0,
            levels.randomElement(using: &random) ?? nil)
    }

    private static func crash(_ random: inout SeededRandom) -> WorkloadStep {
        let profile = CrashProfile.allCases.randomElement(using: &random) ?? .dropped
        return .crash(profile, seed: random.next())
    }
}
