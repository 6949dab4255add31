internal import Glibc
internal import NewswireLog

/// What a name stands for; 0 is the root directory.
typealias NodeID = Int

/// The directories of a simulated disk: as programs see them, as the disk has them, and the way
/// between.
struct NameTable {
    typealias Directories = [NodeID: [String: NodeID]]

    /// A name in a directory.
    struct Place: Hashable {
        let directory: NodeID
        let name: String
    }

    static let root: NodeID = 0

    private(set) var cached: Directories = [root: [:]]
    private(set) var durable: Directories = [root: [:]]
    private(set) var pending: [NameChange] = []
    private let mode: NameMode

    init(_ mode: NameMode) { self.mode = mode }

    // MARK: Looking

    /// What stands at `path`; nil when its last part is missing.
    func node(at path: String) throws(NameFailure) -> NodeID? {
        let parts = Self.parts(path)
        guard let name = parts.last else { return Self.root }
        return cached[try directory(parts.dropLast())]?[name]
    }

    /// The place that `path` names, whether or not anything is there.
    func place(of path: String) throws(NameFailure) -> Place {
        let parts = Self.parts(path)
        guard let name = parts.last else { throw NameFailure(EBUSY) }
        return Place(directory: try directory(parts.dropLast()), name: name)
    }

    /// The node at `place`.
    func node(at place: Place) -> NodeID? { cached[place.directory]?[place.name] }

    /// Whether `node` is a directory.
    func isDirectory(_ node: NodeID) -> Bool { cached[node] != nil }

    /// The names in `path`, without those that lead nowhere.
    static func parts(_ path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.map(String.init)
    }

    /// Every file that programs can reach, by its path from the root.
    var files: [(path: String, node: NodeID)] {
        var found: [(path: String, node: NodeID)] = []
        var open: [(path: String, node: NodeID)] = [("", Self.root)]
        while let (path, node) = open.popLast() {
            guard let entries = cached[node] else {
                found.append((path, node))
                continue
            }
            open += entries.map { (path + "/" + $0.key, $0.value) }
        }
        return found
    }

    private func directory(_ parts: ArraySlice<String>) throws(NameFailure) -> NodeID {
        var node = Self.root
        for part in parts {
            guard let entries = cached[node] else { throw NameFailure(ENOTDIR) }
            guard let next = entries[part] else { throw NameFailure(ENOENT) }
            node = next
        }
        guard cached[node] != nil else { throw NameFailure(ENOTDIR) }
        return node
    }

    /// All nodes that programs can reach.
    var reachable: Set<NodeID> { Self.reachable(in: cached) }

    /// All nodes that programs can reach, or could after a power failure.
    var needed: Set<NodeID> {
        reachable.union(Self.reachable(in: durable)).union(pending.map(\.node))
    }

    private static func reachable(in directories: Directories) -> Set<NodeID> {
        var found: Set<NodeID> = [root]
        var open = [root]
        while let node = open.popLast() {
            for inner in (directories[node] ?? [:]).values where found.insert(inner).inserted {
                open.append(inner)
            }
        }
        return found
    }

    // MARK: Changing

    /// Gives `node` the name `place`.
    mutating func link(_ node: NodeID, at place: Place, isDirectory: Bool, sequence: Int) {
        if isDirectory {
            // What it holds is reached by its name only, which is not durable yet.
            cached[node] = [:]
            durable[node] = [:]
        }
        change(NameChange(sequence: sequence, node: node, from: nil, to: place))
    }

    /// Takes the name of `node` away.
    mutating func unlink(_ node: NodeID, at place: Place, sequence: Int) {
        change(NameChange(sequence: sequence, node: node, from: place, to: nil))
        cached[node] = nil
    }

    /// Gives `node` another name, in place of whatever has it.
    mutating func move(_ node: NodeID, from place: Place, to newPlace: Place, sequence: Int) {
        if let replaced = self.node(at: newPlace) { cached[replaced] = nil }
        change(NameChange(sequence: sequence, node: node, from: place, to: newPlace))
    }

    /// Gives `node` the name `place`, at once and for good, if that is free.
    mutating func appear(_ node: NodeID, at place: Place) {
        guard cached[place.directory]?[place.name] == nil else { return }
        cached[place.directory]?[place.name] = node
        durable[place.directory]?[place.name] = node
    }

    private mutating func change(_ change: NameChange) {
        change.apply(to: &cached)
        pending.append(change)
    }

    // MARK: Reaching the disk

    /// Brings the names in `directory` to the disk.
    ///
    /// A move out of it arrives when the directory it went to is synced: a name has to be durable
    /// where it is looked for.
    mutating func synchronize(directory: NodeID) {
        switch mode {
        case .strict:
            let wanted = pending.indices.filter { slot in
                (pending[slot].to ?? pending[slot].from)?.directory == directory
            }
            bring(slots: withDependencies(of: wanted))
        case .journaled:
            let last = pending.lastIndex { $0.places.contains { $0.directory == directory } }
            bring(slots: last.map { Set(0...$0) } ?? [])
        }
    }

    /// Brings what a sync of the file `node` brings besides its bytes.
    mutating func synchronize(file node: NodeID) {
        guard mode == .journaled, let last = pending.lastIndex(where: { $0.node == node }) else {
            return
        }
        bring(slots: Set(0...last))
    }

    private mutating func bring(slots: Set<Int>) {
        for slot in slots.sorted() { pending[slot].apply(to: &durable) }
        pending = pending.indices.filter { !slots.contains($0) }.map { pending[$0] }
    }

    /// The changes at `slots`, and the earlier ones without which they make no sense.
    private func withDependencies(of slots: [Int]) -> Set<Int> {
        guard let last = slots.last else { return [] }
        var chosen = Set(slots)
        var places: Set<Place> = []
        var emptied: Set<NodeID> = []
        for slot in (0...last).reversed() {
            let change = pending[slot]
            let isNeeded = change.places.contains { place in
                places.contains(place) || emptied.contains(place.directory)
            }
            guard isNeeded || chosen.contains(slot) else { continue }
            chosen.insert(slot)
            places.formUnion(change.places)
            if change.to == nil { emptied.insert(change.node) }
        }
        return chosen
    }

    /// The directories as they are found after a power failure.
    func afterCrash(keeping survives: (NameChange) -> Bool) -> NameTable {
        var table = self
        var lostPlaces: Set<Place> = []
        var lostDirectories: Set<NodeID> = []
        for change in pending {
            let wantsLost =
                change.places.contains { lostPlaces.contains($0) }
                || (change.to == nil && lostDirectories.contains(change.node))
                || (mode == .journaled && !lostPlaces.isEmpty)
            guard !wantsLost, survives(change) else {
                lostPlaces.formUnion(change.places)
                lostDirectories.formUnion(change.places.map(\.directory))
                continue
            }
            change.apply(to: &table.durable)
        }
        table.restart()
        return table
    }

    /// Forgets what programs saw, and all that no name leads to.
    private mutating func restart() {
        let found = Self.reachable(in: durable)
        durable = durable.filter { found.contains($0.key) }
        cached = durable
        pending = []
    }
}

/// When the names of a simulated disk are durable.
public enum NameMode: Sendable {
    /// By a sync of their directory only, and any legal subset of the others may be found.
    case strict
    /// Also by a sync of a file that was created or renamed, and always in order (as ext4 does it).
    case journaled
}

/// A name given, taken or changed that has not reached the disk.
struct NameChange {
    /// Its place among all changes of all files and names.
    let sequence: Int
    let node: NodeID
    let from: NameTable.Place?
    let to: NameTable.Place?

    /// The names that it changes.
    var places: [NameTable.Place] { [from, to].compactMap { $0 } }

    /// Does it to `directories`, in one step.
    func apply(to directories: inout NameTable.Directories) {
        if let from { directories[from.directory]?[from.name] = nil }
        if let to { directories[to.directory]?[to.name] = node }
    }
}

/// Why a path leads nowhere: the error number of a call that takes it.
struct NameFailure: Error {
    let errorNumber: Int32
    init(_ errorNumber: Int32) { self.errorNumber = errorNumber }
}
