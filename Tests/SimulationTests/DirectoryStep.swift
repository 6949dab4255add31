import NewswireLog
import NewswireTesting

/// One thing that is done to a directory with a few partitions; also a line of a text case.
enum DirectoryStep: Hashable, Sendable {
    /// Appends a batch to partition number `to` and waits for its level, or for another one.
    case append(to: Int, records: Int, bytes: Int, Durability?)
    /// Appends batches without waiting, and commits them together.
    case appendMany(to: Int, batches: Int)
    /// Appends a batch to each partition that is `synced` then: all of them or none.
    case appendTogether(records: Int, bytes: Int)
    case synchronize(Int)
    /// Raises the start to this part of the log, in percent.
    case trim(Int, percent: Int)
    /// Lets time pass, and what is due happen: syncs, rolls, retention, a checkpoint.
    case advance(seconds: Int)
    /// Puts another durability level in force.
    case alter(Int, Durability)
    /// Deletes the partition and creates another one under its name.
    case replace(Int)
    /// Closes in order and opens again.
    case reopen
    /// Crashes, opens what is left, and looks; the power fails again after so many changes from
    /// there on, those of the recovery included.
    case crash(CrashProfile, seed: UInt64, power: Int?)
}

// MARK: As text

extension DirectoryStep: CustomStringConvertible {
    var description: String {
        switch self {
        case .append(let number, let records, let bytes, let level):
            "append \(number) records=\(records) bytes=\(bytes)"
                + (level.map { " level=\($0)" } ?? "")
        case .appendMany(let number, let batches): "append-many \(number) batches=\(batches)"
        case .appendTogether(let records, let bytes):
            "append-together records=\(records) bytes=\(bytes)"
        case .synchronize(let number): "synchronize \(number)"
        case .trim(let number, let percent): "trim \(number) percent=\(percent)"
        case .advance(let seconds): "advance seconds=\(seconds)"
        case .alter(let number, let level): "alter \(number) level=\(level)"
        case .replace(let number): "replace \(number)"
        case .reopen: "reopen"
        case .crash(let profile, let seed, let power):
            "crash \(profile) seed=\(seed)" + (power.map { " power=\($0)" } ?? "")
        }
    }

    init(_ line: ScenarioLine) throws(ScenarioLine.Failure) {
        switch line.verb {
        case "append":
            self = .append(
                to: try line.number(), records: try line.required("records", as: Int.self),
                bytes: try line.required("bytes", as: Int.self),
                try line.choice("level", of: Durability.self))
        case "append-many":
            self = .appendMany(
                to: try line.number(), batches: try line.required("batches", as: Int.self))
        case "append-together":
            self = .appendTogether(
                records: try line.required("records", as: Int.self),
                bytes: try line.required("bytes", as: Int.self))
        case "synchronize": self = .synchronize(try line.number())
        case "trim":
            self = .trim(try line.number(), percent: try line.required("percent", as: Int.self))
        case "advance": self = .advance(seconds: try line.required("seconds", as: Int.self))
        case "alter":
            guard let level = try line.choice("level", of: Durability.self) else {
                throw line.failure("level is missing")
            }
            self = .alter(try line.number(), level)
        case "replace": self = .replace(try line.number())
        case "reopen": self = .reopen
        case "crash":
            guard let profile = CrashProfile(rawValue: try line.word()) else {
                throw line.failure("the profile is none that there is")
            }
            self = .crash(
                profile, seed: try line.required("seed", as: UInt64.self),
                power: try line.value("power", as: Int.self))
        default: throw line.failure("no such step")
        }
    }
}

// MARK: Random

extension DirectoryStep {
    /// From this size on a batch goes to its segment before it is committed.
    static let largeByteCount = 270_000

    /// Any step but a crash, on one of `partitionCount` partitions; where segments have room for
    /// them, seldom with a large batch.
    static func drawn(
        partitionCount: Int, hasRoom: Bool, _ random: inout SeededRandom
    ) -> DirectoryStep {
        let number = Int.random(in: 0..<partitionCount, using: &random)
        let levels: [Durability?] = [nil, nil, nil, .written, .synced]
        let sizes = [0, 5, 60, 250]
        return switch Int.random(in: 0..<100, using: &random) {
        case ..<10 where hasRoom:
            .append(
                to: number, records: 1, bytes: largeByteCount,
                levels.randomElement(using: &random) ?? nil)
        case ..<52:
            .append(
                to: number, records: Int.random(in: 1...4, using: &random),
                bytes: sizes.randomElement(using: &random) ?? 0,
                levels.randomElement(using: &random) ?? nil)
        case ..<60:
            .appendTogether(
                records: Int.random(in: 1...4, using: &random),
                bytes: sizes.randomElement(using: &random) ?? 0)
        case ..<66: .appendMany(to: number, batches: Int.random(in: 1...10, using: &random))
        case ..<72: .synchronize(number)
        case ..<79: .trim(number, percent: Int.random(in: 0...100, using: &random))
        case ..<87: .advance(seconds: [1, 20, 20, 700].randomElement(using: &random) ?? 1)
        case ..<91:
            .alter(number, Durability.allCases.randomElement(using: &random) ?? .synced)
        case ..<95: .replace(number)
        default: .reopen
        }
    }

    /// After how many changes the power fails: every fourth time soon, perhaps within a recovery.
    static func drawnPower(_ random: inout SeededRandom) -> Int {
        let isSoon = Int.random(in: 0..<4, using: &random) == 0
        return Int.random(in: isSoon ? 1...40 : 1...600, using: &random)
    }

    /// Any crash, and when the power fails next.
    static func drawnCrash(_ random: inout SeededRandom) -> DirectoryStep {
        let profile = CrashProfile.allCases.randomElement(using: &random) ?? .dropped
        return .crash(
            profile, seed: UInt64.random(in: 0..<10_000, using: &random),
            power: drawnPower(&random))
    }
}

// MARK: Shrinking

extension DirectoryStep {
    /// The same in simpler forms, the simplest first.
    var simpler: [DirectoryStep] {
        switch self {
        case .append(let number, let records, let bytes, let level):
            Self.less(than: records, least: 1).map {
                .append(to: number, records: $0, bytes: bytes, level)
            }
                + Self.less(than: bytes, least: 0).map {
                    .append(to: number, records: records, bytes: $0, level)
                } + (level == nil ? [] : [.append(to: number, records: records, bytes: bytes, nil)])
        case .appendMany(let number, let batches):
            [.append(to: number, records: 2, bytes: 30, nil)]
                + Self.less(than: batches, least: 1).map { .appendMany(to: number, batches: $0) }
        case .appendTogether(let records, let bytes):
            Self.less(than: records, least: 1).map { .appendTogether(records: $0, bytes: bytes) }
                + Self.less(than: bytes, least: 0).map {
                    .appendTogether(records: records, bytes: $0)
                }
        case .trim(let number, let percent):
            percent == 100 ? [] : [.trim(number, percent: 100)]
        case .advance(let seconds):
            Self.less(than: seconds, least: 1).map { .advance(seconds: $0) }
        case .crash(let profile, let seed, let power): Self.simplerCrashes(profile, seed, power)
        case .synchronize, .alter, .replace, .reopen: []
        }
    }

    private static func simplerCrashes(
        _ profile: CrashProfile, _ seed: UInt64, _ power: Int?
    ) -> [DirectoryStep] {
        var found: [DirectoryStep] = []
        if let power {
            found = [.crash(profile, seed: seed, power: nil)]
            found += less(than: power, least: 1).map { .crash(profile, seed: seed, power: $0) }
        }
        let rank = CrashProfile.allCases.firstIndex(of: profile) ?? 0
        found += CrashProfile.allCases[..<rank].map { .crash($0, seed: seed, power: power) }
        if seed > 3 {
            found += (UInt64(0)...3).map { .crash(profile, seed: $0, power: power) }
        }
        return found
    }

    /// Smaller numbers: the least, the half, the one before.
    private static func less(than number: Int, least: Int) -> [Int] {
        guard number > least else { return [] }
        return Set([least, number / 2, number - 1]).filter { $0 >= least && $0 < number }.sorted()
    }
}
