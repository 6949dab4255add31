import NewswireLog
import NewswireTesting

/// A run on a simulated disk as data: drawn from a seed, reduced by the shrinker, kept as text.
///
/// In text: lines of comment, a line `directory`, then a step in each line. A line `kills` names a
/// mutant that the case is kept for.
struct DirectoryScenario: Hashable, Sendable {
    var names = NameMode.strict
    var partitionCount = 2
    /// After how many changes of the disk the power fails first; nil is not before a crash.
    var power: Int?
    /// What small disturbances of the disk are drawn from; nil is none.
    var disturbance: UInt64?
    /// How large segments become; nil is so small that they end soon.
    var segmentBytes: Int?
    var steps: [DirectoryStep] = []
    /// What the case is about, line by line.
    var comment: [String] = []
    /// The mutants that it has to find out.
    var kills: [String] = []

    /// The levels of the partitions in the beginning, by their numbers.
    static let levels: [Durability] = [.synced, .written, .synced, .interval]

    init(_ steps: [DirectoryStep] = []) { self.steps = steps }

    // MARK: Random

    /// A few periods of steps, each ended by a crash.
    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        names = seed % 3 == 0 ? .journaled : .strict
        partitionCount = [1, 2, 4].randomElement(using: &random) ?? 1
        power = DirectoryStep.drawnPower(&random)
        disturbance = seed % 5 == 0 ? seed : nil
        // Seldom: large batches take long.
        segmentBytes = seed % 16 == 7 ? 2 * DirectoryStep.largeByteCount + 2000 : nil
        for _ in 0..<6 {
            // Often few or none between two crashes: what recovery leaves is what is crashed then.
            let most = [0, 4, 25, 25].randomElement(using: &random) ?? 0
            for _ in 0..<Int.random(in: 0...most, using: &random) {
                steps.append(
                    .drawn(
                        partitionCount: partitionCount, hasRoom: segmentBytes != nil, &random))
            }
            steps.append(.drawnCrash(&random))
        }
        // The last one is looked at with the power on.
        steps.append(.crash(.dropped, seed: seed, power: nil))
    }
}

// MARK: As text

extension DirectoryScenario: CustomStringConvertible {
    /// The text case; ``init(text:)`` reads it.
    var description: String {
        let head =
            "directory \(names) partitions=\(partitionCount)"
            + (power.map { " power=\($0)" } ?? "")
            + (disturbance.map { " disturbance=\($0)" } ?? "")
            + (segmentBytes.map { " segment-bytes=\($0)" } ?? "")
        let lines = comment.map { "# \($0)" } + [head] + kills.map { "kills \($0)" }
        return (lines + steps.map(\.description)).joined(separator: "\n") + "\n"
    }

    init(text: String) throws(ScenarioLine.Failure) {
        var hasHead = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") {
                comment.append(String(line.dropFirst().drop { $0 == " " }))
                continue
            }
            let line = ScenarioLine(line)
            switch line.verb {
            case "directory":
                names = try line.word() == "journaled" ? .journaled : .strict
                partitionCount = try line.required("partitions", as: Int.self)
                power = try line.value("power", as: Int.self)
                disturbance = try line.value("disturbance", as: UInt64.self)
                segmentBytes = try line.value("segment-bytes", as: Int.self)
                guard (1...Self.levels.count).contains(partitionCount) else {
                    throw line.failure("there may be 1 to \(Self.levels.count) partitions")
                }
                hasHead = true
            case "kills": kills.append(try line.word())
            default: steps.append(try DirectoryStep(line))
            }
        }
        guard hasHead else { throw ScenarioLine.Failure(description: "no line says `directory`") }
    }
}

// MARK: Running

/// What came of a scenario.
struct ScenarioOutcome {
    /// What is wrong, and at which step; nil when all is as promised.
    var failure: String?
    /// How often a directory was opened after a crash and found to be right.
    var crashChecks = 0
    /// How often the mutant struck.
    var strikes = 0
    /// A number that differs when anything asked of the disks differed.
    var digest: UInt64 = 0
    /// How many recoveries in a row were interrupted, at most.
    var interruptionsMax = 0
}

extension DirectoryScenario {
    /// Does the steps and looks after each of them.
    ///
    /// With a `directoryID` the directory is there before; without, an id is drawn when it is made,
    /// and no two runs write the same bytes.
    func run(_ mutant: SyncMutant?, directoryID: TopicID? = nil) -> ScenarioOutcome {
        var run = DirectoryRun(names: names, levels: Array(Self.levels.prefix(partitionCount)))
        run.mutant = mutant
        run.disturbance = disturbance
        run.segmentBytes = segmentBytes ?? run.segmentBytes
        var outcome = ScenarioOutcome()
        outcome.failure = failure("the first open", &run) { run throws(LogFailure) in
            do throws(IOFailure) {
                if let directoryID { try run.prepare(directoryID) }
            } catch { throw .inputOutput(nil, error) }
            run.disk.crashPoint = power
            try run.open()
        }
        for (number, step) in steps.enumerated() where outcome.failure == nil {
            outcome.failure = failure("step \(number), \(step)", &run) { run throws(LogFailure) in
                try run.attempt(step)
            }
        }
        run.abandon()
        outcome.crashChecks = run.crashChecks
        outcome.strikes = run.strikes
        outcome.digest = run.digest
        outcome.interruptionsMax = run.interruptionsMax
        return outcome
    }

    private func failure(
        _ what: String, _ run: inout DirectoryRun,
        _ body: (inout DirectoryRun) throws(LogFailure) -> Void
    ) -> String? {
        do throws(LogFailure) {
            try body(&run)
        } catch {
            if !run.disk.isPowerOff { return "\(what): \(error)" }
        }
        return run.complaint.map { "\(what): \($0)" }
    }
}
