import NewswireTesting

/// Makes a failing scenario smaller while it keeps failing: fewer steps first (ddmin), then smaller
/// ones.
struct ScenarioShrinker {
    /// Whether a scenario still fails.
    let fails: (DirectoryScenario) -> Bool
    /// How many runs it may take.
    private(set) var runsLeft: Int

    init(runsMax: Int, fails: @escaping (DirectoryScenario) -> Bool) {
        runsLeft = runsMax
        self.fails = fails
    }

    mutating func shrink(_ scenario: DirectoryScenario) -> DirectoryScenario {
        var best = scenario
        while true {
            let before = best
            dropSteps(of: &best)
            simplifySteps(of: &best)
            simplifyHead(of: &best)
            guard best != before, runsLeft > 0 else { return best }
        }
    }

    private mutating func adopt(
        _ candidate: DirectoryScenario, as best: inout DirectoryScenario
    ) -> Bool {
        guard runsLeft > 0 else { return false }
        runsLeft -= 1
        guard fails(candidate) else { return false }
        best = candidate
        return true
    }

    /// Leaves out parts: halves, quarters, down to single steps.
    private mutating func dropSteps(of best: inout DirectoryScenario) {
        var length = max(1, best.steps.count / 2)
        while true {
            var start = 0
            while start < best.steps.count {
                var candidate = best
                candidate.steps.removeSubrange(start..<min(start + length, best.steps.count))
                if !adopt(candidate, as: &best) { start += length }
            }
            guard length > 1 else { return }
            length /= 2
        }
    }

    private mutating func simplifySteps(of best: inout DirectoryScenario) {
        for slot in best.steps.indices {
            var isSimplest = false
            while !isSimplest {
                isSimplest = true
                for step in best.steps[slot].simpler {
                    var candidate = best
                    candidate.steps[slot] = step
                    guard adopt(candidate, as: &best) else { continue }
                    isSimplest = false
                    break
                }
            }
        }
    }

    /// No power failure, or an earlier one; fewer partitions; strict names; a quiet disk; the
    /// usual segments.
    private mutating func simplifyHead(of best: inout DirectoryScenario) {
        var candidates: [DirectoryScenario] = []
        for power in [nil, best.power.map { $0 / 2 }, best.power.map { $0 - 1 }] {
            candidates.append(best)
            candidates[candidates.count - 1].power = power
        }
        for count in 1..<max(2, best.partitionCount) {
            candidates.append(best)
            candidates[candidates.count - 1].partitionCount = count
        }
        candidates.append(best)
        candidates[candidates.count - 1].names = .strict
        candidates.append(best)
        candidates[candidates.count - 1].disturbance = nil
        candidates.append(best)
        candidates[candidates.count - 1].segmentBytes = nil
        for candidate in candidates where candidate != best && candidate.power != 0 {
            guard candidate.isPossible else { continue }
            if adopt(candidate, as: &best) { return simplifyHead(of: &best) }
        }
    }
}

extension DirectoryScenario {
    /// Whether no step is about a partition that does not exist.
    var isPossible: Bool { steps.allSatisfy { $0.partition ?? 0 < partitionCount } }
}

extension DirectoryStep {
    /// The number of the partition that it is about; nil when it is about all.
    var partition: Int? {
        switch self {
        case .append(let number, _, _, _), .appendMany(let number, _), .synchronize(let number),
            .trim(let number, _), .alter(let number, _), .replace(let number):
            number
        case .appendTogether, .advance, .reopen, .crash: nil
        }
    }
}
