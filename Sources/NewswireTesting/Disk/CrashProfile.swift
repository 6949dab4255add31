/// What a simulated disk makes of everything that was not synced.
public enum CrashProfile: String, CaseIterable, Sendable {
    /// The process was killed: nothing is lost, and nothing becomes durable by it.
    case killed
    /// Power failure: nothing unsynced arrived.
    case dropped
    /// All changes, of bytes and of names, arrived in order up to one, which is torn.
    case prefix
    /// Each page of 4 KiB arrived or did not; names: any legal subset.
    case pages
    /// Each sector of 512 bytes arrived or did not, or is torn; names: any legal subset.
    case sectors
    /// As `sectors`, and what did not arrive is noise or the contents of another place.
    case garbage
    /// The names and sizes arrived, the bytes did not: zeros.
    case sizes
    /// All bytes arrived; names: any legal subset.
    case names
    /// Each file by another of these; names: any legal subset.
    case mixed
}

/// A profile with its dice thrown.
struct CrashDice {
    private let profile: CrashProfile
    private let chance: Int
    private let cut: Int
    private var random: SeededRandom

    /// `sequences` are those of everything that is under way.
    init(_ profile: CrashProfile, seed: UInt64, sequences: [Int]) {
        var random = SeededRandom(seed: seed)
        self.profile = profile
        chance = [0, 10, 50, 90, 100].randomElement(using: &random) ?? 50
        cut = (sequences + [.max]).randomElement(using: &random) ?? .max
        self.random = random
    }

    /// Whether a change of names arrived.
    mutating func survives(_ change: NameChange) -> Bool {
        switch profile {
        case .dropped: false
        case .killed, .sizes: true
        case .prefix: change.sequence < cut
        case .pages, .sectors, .garbage, .names, .mixed: isLucky()
        }
    }

    /// What becomes of one file, with the dice for its details.
    mutating func contents(of file: FileContents) -> [UInt8] {
        file.afterCrash(survival(profile), &random)
    }

    private mutating func survival(_ profile: CrashProfile) -> FileSurvival {
        switch profile {
        case .killed, .names: .all
        case .dropped: .none
        case .prefix: .before(sequence: cut)
        case .pages: .units(units(byteCount: 4096, isTorn: false, leavesGarbage: false))
        case .sectors: .units(units(byteCount: 512, isTorn: true, leavesGarbage: false))
        case .garbage: .units(units(byteCount: 512, isTorn: true, leavesGarbage: true))
        case .sizes: .sizes
        case .mixed:
            survival(
                [.names, .dropped, .prefix, .pages, .sectors, .garbage, .sizes]
                    .randomElement(using: &random) ?? .dropped)
        }
    }

    private func units(byteCount: Int, isTorn: Bool, leavesGarbage: Bool) -> UnitSurvival {
        UnitSurvival(
            byteCount: byteCount, chance: chance, isTorn: isTorn, leavesGarbage: leavesGarbage)
    }

    private mutating func isLucky() -> Bool { Int.random(in: 0..<100, using: &random) < chance }
}
