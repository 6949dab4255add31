public import NewswireLog

/// What goes wrong on a simulated disk while the power stays on.
public struct FaultPlan: Sendable {
    /// What happens to single operations.
    public var faults: [Fault] = []
    /// How many bytes fit on the disk, space that is only reserved included; nil is no limit.
    public var capacityBytes: Int?
    /// How many files and locks may be open at once; nil is no limit.
    public var openFilesMax: Int?

    /// Nothing goes wrong.
    public init() {}

    /// One fault and nothing else.
    public init(_ fault: Fault) { faults = [fault] }

    /// `count` faults of the given effects, each somewhere in the next `operationsMax` operations,
    /// drawn from `seed`.
    public init(
        seed: UInt64, count: Int, operationsMax: Int, drawnFrom effects: [Fault.Effect]
    ) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<count {
            guard let effect = effects.randomElement(using: &random) else { return }
            let number = Int.random(in: 1...max(1, operationsMax), using: &random)
            faults.append(Fault(effect.operation, number: number, effect))
        }
    }
}

/// What happens to an operation, or to all of its kind.
public struct Fault: Hashable, Sendable {
    /// What becomes of an operation that is struck.
    public enum Effect: Hashable, Sendable {
        /// It fails, and the system answers this error number.
        case failure(Int32)
        /// It is answered as done, and nothing of it happens: a write that reaches neither cache
        /// nor disk, a sync that lies.
        case omission
        /// A sync is answered as done, and done after so many further changes of the disk.
        case postponement(changes: Int)
        /// A write is seen by programs and never reaches the disk, whatever is synced.
        case loss
        /// A write is seen where it belongs, and reaches the disk so many bytes further on (or
        /// before, never before the beginning).
        case misdirection(byteCount: Int)
        /// A write is done; then the kernel writes the file back on its own and fails, which the
        /// next sync of each open file reports once. With `ENOSPC`, a disk that is found full late.
        case failedWriteback(Int32)
        /// It takes this long.
        case delay(Duration)
        /// Before it, a bit of the file turns over at rest; they are numbered as in
        /// ``SimulatedFileSystem/flipBit(_:of:)`` and begin again behind the end.
        case rot(bit: Int)
        /// Before it, a file appears that none of the programs has written.
        case intrusion(path: String, [UInt8])

        /// The only kind of operation that it makes sense for; nil when there are several.
        fileprivate var operation: IOFailure.Operation? {
            switch self {
            case .failure, .omission, .delay, .intrusion: nil
            case .postponement: .synchronize
            case .loss, .misdirection, .failedWriteback: .write
            case .rot: .read
            }
        }
    }

    /// Which kind of operation; nil is any.
    public var operation: IOFailure.Operation?
    /// Only operations on paths that contain this; nil is any.
    public var pathPart: String?
    /// Only operations on paths that end so; nil is any.
    public var pathEnd: String?
    /// Which of those, from 1.
    public var number: Int
    /// Whether all later ones are struck, too.
    public var isSticky: Bool
    /// What becomes of them.
    public var effect: Effect
    /// How many bytes a failing write leaves.
    public var writtenByteCount = 0
    /// Whether a failing sync takes the unsynced bytes out of the cache, instead of showing them
    /// on.
    public var cacheReverts = false

    /// The `number`th operation of its kind meets `effect`.
    public init(
        _ operation: IOFailure.Operation?, number: Int, _ effect: Effect, isSticky: Bool = false
    ) {
        precondition(number > 0, "the first operation is number 1")
        self.operation = operation
        self.number = number
        self.effect = effect
        self.isSticky = isSticky
    }

    /// The `number`th operation of its kind fails.
    public init(
        _ operation: IOFailure.Operation?, number: Int, errorNumber: Int32, isSticky: Bool = false
    ) {
        self.init(operation, number: number, .failure(errorNumber), isSticky: isSticky)
    }
}

/// Follows a plan.
struct FaultCounter {
    let plan: FaultPlan
    /// How often an operation failed by a ``Fault``, or is going to.
    private(set) var hitCount = 0
    /// How often a ``Fault`` struck, noticed or not.
    private(set) var strikeCount = 0
    private var seen: [Int]

    init(_ plan: FaultPlan) {
        self.plan = plan
        seen = plan.faults.map { _ in 0 }
    }

    /// Counts the operation for every fault that it fits, and answers the first one that strikes.
    mutating func strike(_ operation: IOFailure.Operation, _ path: String) -> Fault? {
        var struck: Fault?
        for (slot, fault) in plan.faults.enumerated() where fault.fits(operation, path) {
            seen[slot] += 1
            guard seen[slot] == fault.number || (fault.isSticky && seen[slot] > fault.number) else {
                continue
            }
            if struck == nil { struck = fault }
        }
        guard let struck else { return nil }
        strikeCount += 1
        switch struck.effect {
        case .failure, .failedWriteback: hitCount += 1
        default: break  // Nobody is told.
        }
        return struck
    }
}

extension Fault {
    fileprivate func fits(_ operation: IOFailure.Operation, _ path: String) -> Bool {
        (self.operation ?? operation) == operation && pathPart.map(path.contains) ?? true
            && pathEnd.map(path.hasSuffix) ?? true
    }
}
