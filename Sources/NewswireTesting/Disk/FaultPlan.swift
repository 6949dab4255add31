public import NewswireLog

/// What goes wrong on a simulated disk while the power stays on.
public struct FaultPlan: Sendable {
    /// Single operations that fail.
    public var faults: [Fault] = []
    /// How many bytes fit on the disk, space that is only reserved included; nil is no limit.
    public var capacityBytes: Int?
    /// How many files and locks may be open at once; nil is no limit.
    public var openFilesMax: Int?

    /// Nothing goes wrong.
    public init() {}

    /// One fault and nothing else.
    public init(_ fault: Fault) { faults = [fault] }
}

/// An operation that fails.
public struct Fault: Sendable {
    /// Which kind of operation; nil is any.
    public var operation: IOFailure.Operation?
    /// Only operations on paths that contain this; nil is any.
    public var pathPart: String?
    /// Which of those, from 1.
    public var number: Int
    /// Whether all later ones fail, too.
    public var isSticky: Bool
    /// What the system answers.
    public var errorNumber: Int32
    /// How many bytes a failing write leaves.
    public var writtenByteCount = 0
    /// Whether a failing sync takes the unsynced bytes out of the cache, instead of showing them
    /// on.
    public var cacheReverts = false

    /// The `number`th operation of its kind fails.
    public init(
        _ operation: IOFailure.Operation?, number: Int, errorNumber: Int32, isSticky: Bool = false
    ) {
        precondition(number > 0, "the first operation is number 1")
        self.operation = operation
        self.number = number
        self.errorNumber = errorNumber
        self.isSticky = isSticky
    }
}

/// Follows a plan.
struct FaultCounter {
    let plan: FaultPlan
    /// How often an operation failed by a ``Fault``.
    private(set) var hitCount = 0
    private var seen: [Int]

    init(_ plan: FaultPlan) {
        self.plan = plan
        seen = plan.faults.map { _ in 0 }
    }

    /// Counts the operation for every fault that it fits, and answers the one that strikes.
    mutating func strike(_ operation: IOFailure.Operation, _ path: String) -> Fault? {
        var struck: Fault?
        for (slot, fault) in plan.faults.enumerated() where fault.fits(operation, path) {
            seen[slot] += 1
            guard seen[slot] == fault.number || (fault.isSticky && seen[slot] > fault.number) else {
                continue
            }
            if struck == nil { struck = fault }
        }
        if struck != nil { hitCount += 1 }
        return struck
    }
}

extension Fault {
    fileprivate func fits(_ operation: IOFailure.Operation, _ path: String) -> Bool {
        (self.operation ?? operation) == operation && pathPart.map(path.contains) ?? true
    }
}
