internal import Glibc
internal import NewswireLog

/// The state of a simulated disk and of the processes that use it; no locks, no time of its own.
struct SimulatedDisk {
    /// What is known of a file or directory besides its names.
    struct Node {
        /// Nil for a directory.
        var contents: FileContents?
        var modified: Timestamp
        var maps: [SimulatedMemory] = []
        /// Where reading fails.
        var unreadable: [Range<Int>] = []
        /// How many syncs and write-backs have failed; every open file reports each of them once.
        var failedSyncs = 0
        /// How many of them somebody heard of; the others are news to whoever opens the file, too.
        var seenSyncs = 0
        /// What is reported for the last of them.
        var syncErrorNumber = EIO
        var isLocked = false
    }

    /// An open file.
    struct Handle {
        let node: NodeID
        let isWritable: Bool
        var reportedSyncs: Int
    }

    var names: NameTable
    var nodes: [NodeID: Node]
    var handles: [Int: Handle] = [:]
    var nextNode = 1
    var nextHandle = 0
    /// The number of the next change.
    var sequence = 0
    var log = OperationLog()
    var faults = FaultCounter(FaultPlan())
    /// Syncs that were answered and are still to be done.
    var postponed: [PostponedSync] = []
    /// The clocks that a slow operation moves.
    let time: ManualTimeSource

    init(_ mode: NameMode, _ time: ManualTimeSource) {
        names = NameTable(mode)
        nodes = [NameTable.root: Node(contents: nil, modified: time.wallClock())]
        self.time = time
    }

    /// The disk that is found after a crash.
    func afterCrash(_ profile: CrashProfile, seed: UInt64) -> SimulatedDisk {
        var disk = self
        disk.log = OperationLog()
        disk.faults = FaultCounter(FaultPlan())
        disk.postponed = []
        disk.handles = [:]
        for node in disk.nodes.keys { disk.nodes[node]?.forgetProcesses() }
        guard profile != .killed else {
            disk.collect()
            return disk
        }
        let files = nodes.keys.sorted()
        let sequences =
            names.pending.map(\.sequence)
            + files.flatMap { nodes[$0]?.contents?.pending.map(\.sequence) ?? [] }
        var dice = CrashDice(profile, seed: seed, sequences: sequences.sorted())
        disk.names = names.afterCrash { dice.survives($0) }
        for node in files {
            guard let contents = nodes[node]?.contents else { continue }
            disk.nodes[node]?.contents = FileContents(durable: dice.contents(of: contents))
        }
        disk.collect()
        return disk
    }

    /// Drops what no program and no recovery can reach.
    mutating func collect() {
        let needed = names.needed.union(handles.values.map(\.node))
        nodes = nodes.filter { needed.contains($0.key) }
    }

    // MARK: Operations

    /// Counts an operation, and fails it when the power is gone or a fault says so.
    ///
    /// - Returns: what else a fault makes of it; an operation does not mind what is not for it.
    @discardableResult
    mutating func begin(
        _ operation: IOFailure.Operation, _ path: String, _ details: OperationDetails = .init()
    ) throws(IOFailure) -> Fault.Effect? {
        let fault = try beginFaulty(operation, path, details)
        if case .failure(let errorNumber)? = fault?.effect {
            throw IOFailure(operation, path, errorNumber: errorNumber)
        }
        return fault?.effect
    }

    /// The same for operations of which a failure leaves traces, and which throw it themselves.
    mutating func beginFaulty(
        _ operation: IOFailure.Operation, _ path: String, _ details: OperationDetails = .init()
    ) throws(IOFailure) -> Fault? {
        try log.begin(operation, path, details)
        finishPostponed()
        guard let fault = faults.strike(operation, path) else { return nil }
        switch fault.effect {
        case .delay(let duration): time.advance(by: duration)
        case .rot(let bit): rot(bit, of: path)
        case .intrusion(let path, let bytes): intrude(path, bytes)
        default: return fault
        }
        return nil
    }

    mutating func nextSequence() -> Int {
        defer { sequence += 1 }
        return sequence
    }

    /// Lets `body` change `node` in place.
    mutating func withNode<Result>(_ node: NodeID, _ body: (inout Node) -> Result) -> Result {
        guard var state = nodes.removeValue(forKey: node) else {
            preconditionFailure("node \(node) is in use and was dropped")
        }
        defer { nodes[node] = state }
        return body(&state)
    }

    func handle(_ number: Int) -> Handle {
        guard let handle = handles[number] else {
            preconditionFailure("handle \(number) is closed")
        }
        return handle
    }

    /// The file at `path`, for tests that damage it.
    func file(_ path: String) throws(IOFailure) -> NodeID {
        guard let node = try node(path, .open), nodes[node]?.contents != nil else {
            throw failure(.open, path, ENOENT)
        }
        return node
    }

    func contents(of node: NodeID) -> FileContents {
        guard let contents = nodes[node]?.contents else {
            preconditionFailure("node \(node) is no file")
        }
        return contents
    }

    /// Space that is not taken by any file that can be reached or is open.
    var freeByteCount: Int {
        guard let capacity = faults.plan.capacityBytes else { return .max }
        let used = names.reachable.union(handles.values.map(\.node))
        let allocated = used.reduce(0) { sum, node in
            sum + (nodes[node]?.contents?.allocatedByteCount ?? 0)
        }
        return max(0, capacity - allocated)
    }
}

extension SimulatedDisk.Node {
    /// What reads show; nothing for a directory.
    var bytes: [UInt8] { contents?.cached ?? [] }

    /// Shows `range` of the contents in every map that is still read.
    mutating func showInMaps(_ range: Range<Int>) {
        guard !maps.isEmpty, let contents else { return }
        maps.removeAll { !$0.isAlive }
        for map in maps { map.show(contents.cached, range) }
    }

    fileprivate mutating func forgetProcesses() {
        maps = []
        failedSyncs = 0
        seenSyncs = 0
        syncErrorNumber = EIO
        isLocked = false
    }
}
