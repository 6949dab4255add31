/// What becomes of one file's unsynced changes when the power fails.
enum FileSurvival {
    /// Nothing of them arrived.
    case none
    /// All of them arrived.
    case all
    /// Those before `sequence` arrived, and a part of that one.
    case before(sequence: Int)
    /// The sizes arrived, the bytes did not: zeros.
    case sizes
    /// Each unit of the disk arrived, or an older state of it.
    case units(UnitSurvival)
}

/// How the units of a disk (pages, sectors) arrive, each by itself and in any order.
struct UnitSurvival {
    /// What is written as a whole.
    let byteCount: Int
    /// How likely a change arrives, in percent.
    let chance: Int
    /// Whether a unit may end within a change.
    let isTorn: Bool
    /// Whether what did not arrive may be anything, instead of what was there before.
    let leavesGarbage: Bool
}

extension FileContents {
    /// The file as it is found after a power failure.
    func afterCrash(_ survival: FileSurvival, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = durable
        switch survival {
        case .none: break
        case .all:
            for change in pending { change.apply(to: &bytes) }
        case .sizes:
            for change in pending { bytes.resize(to: change.sizeAfter) }
        case .before(let sequence):
            for change in pending where change.sequence < sequence { change.apply(to: &bytes) }
            if let change = pending.first(where: { $0.sequence == sequence }) {
                change.torn(&random).apply(to: &bytes)
            }
        case .units(let units):
            var arrival = UnitArrival(units, durable: durable)
            for change in pending where arrival.goesOn { arrival.receive(change, &random) }
            bytes = arrival.bytes
        }
        return bytes
    }
}

extension PendingChange {
    /// The change as it is when only a part of its bytes arrived.
    fileprivate func torn(_ random: inout SeededRandom) -> PendingChange {
        guard !bytes.isEmpty else { return self }
        let part = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
        let end = part.isEmpty ? sizeBefore : max(sizeBefore, position + part.count)
        return PendingChange(
            sequence: sequence, sizeBefore: sizeBefore, sizeAfter: end, position: position,
            bytes: part)
    }
}

/// Lets the changes of one file arrive unit by unit.
///
/// A unit is what the cache held at some moment, so of the changes to it the first few arrive: a
/// later one never without an earlier one. The size is metadata with an order of its own; bytes
/// written after a cut cannot arrive unless the cut does.
private struct UnitArrival {
    private let units: UnitSurvival
    private let durable: [UInt8]
    private var contents: [UInt8]
    private var byteCount: Int
    private var sizeGoesOn = true
    private var endedUnits: Set<Int> = []
    /// Whether anything more can arrive.
    private(set) var goesOn = true

    init(_ units: UnitSurvival, durable: [UInt8]) {
        self.units = units
        self.durable = durable
        contents = durable
        byteCount = durable.count
    }

    /// The file so far.
    var bytes: [UInt8] {
        var bytes = contents
        bytes.resize(to: byteCount)
        return bytes
    }

    mutating func receive(_ change: PendingChange, _ random: inout SeededRandom) {
        guard !change.isCut else { return receiveCut(to: change.sizeAfter, &random) }
        let end = change.position + change.bytes.count
        if contents.count < end { contents.resize(to: end) }
        var position = change.position
        while position < end {
            let unitEnd = min(end, (position / units.byteCount + 1) * units.byteCount)
            receive(change, position..<unitEnd, &random)
            position = unitEnd
        }
        guard sizeGoesOn, change.sizeAfter > byteCount else { return }
        sizeGoesOn = arrives(&random)
        if sizeGoesOn { byteCount = change.sizeAfter }
    }

    private mutating func receiveCut(to size: Int, _ random: inout SeededRandom) {
        goesOn = arrives(&random)
        guard goesOn else { return }
        contents.resize(to: min(size, contents.count))
        byteCount = size
        sizeGoesOn = true
        let firstFree = (size + units.byteCount - 1) / units.byteCount
        endedUnits = endedUnits.filter { $0 < firstFree }
    }

    /// One change's bytes in one unit.
    private mutating func receive(
        _ change: PendingChange, _ range: Range<Int>, _ random: inout SeededRandom
    ) {
        let unit = range.lowerBound / units.byteCount
        let source = range.lowerBound - change.position
        if !endedUnits.contains(unit), arrives(&random) {
            contents.overwrite(
                at: range.lowerBound, with: change.bytes, source..<source + range.count)
            return
        }
        if units.leavesGarbage { return fill(range, &random) }
        let isFirst = endedUnits.insert(unit).inserted
        guard units.isTorn, isFirst else { return }
        let count = Int.random(in: 0..<range.count, using: &random)
        contents.overwrite(at: range.lowerBound, with: change.bytes, source..<source + count)
    }

    /// Noise, or what some other place of the file held: a block that was used before.
    private mutating func fill(_ range: Range<Int>, _ random: inout SeededRandom) {
        endedUnits.insert(range.lowerBound / units.byteCount)
        let isNoise = Bool.random(using: &random) || durable.count < range.count
        let garbage =
            isNoise
            ? range.map { _ in UInt8.random(in: .min ... .max, using: &random) }
            : stale(range.count, &random)
        contents.overwrite(at: range.lowerBound, with: garbage, 0..<range.count)
    }

    private func stale(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
        let last = (durable.count - count) / 512
        let start = Int.random(in: 0...last, using: &random) * 512
        return Array(durable[start..<start + count])
    }

    private func arrives(_ random: inout SeededRandom) -> Bool {
        Int.random(in: 0..<100, using: &random) < units.chance
    }
}
