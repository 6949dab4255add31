internal import Glibc
internal import NewswireLog

/// Operations on names.
extension SimulatedDisk {
    /// Opens what stands at `path`, or makes it; answers a handle.
    mutating func open(
        _ path: String, _ mode: FileMode, at time: Timestamp
    ) throws(IOFailure) -> Int {
        let operation: IOFailure.Operation = mode == .createNew ? .create : .open
        try log.requirePower(operation, path)
        let place = try place(path, operation)
        let found = names.node(at: place)
        let creates = found == nil && (mode == .createNew || mode == .createOrOpen)
        try begin(creates ? .create : .open, path)
        try requireDescriptor(operation, path)
        if let found {
            guard mode != .createNew else { throw failure(operation, path, EEXIST) }
            guard !names.isDirectory(found) else { throw failure(operation, path, EISDIR) }
            return newHandle(found, isWritable: mode != .read)
        }
        guard creates else { throw failure(operation, path, ENOENT) }
        return newHandle(newFile(at: place, time), isWritable: true)
    }

    mutating func close(_ handle: Int) { handles[handle] = nil }

    mutating func createDirectory(_ path: String, at time: Timestamp) throws(IOFailure) {
        try log.requirePower(.createDirectory, path)
        if let found = try node(path, .createDirectory) {
            guard names.isDirectory(found) else { throw failure(.createDirectory, path, EEXIST) }
            return
        }
        let place = try place(path, .createDirectory)
        try begin(.createDirectory, path)
        let node = newNode(Node(contents: nil, modified: time))
        names.link(node, at: place, isDirectory: true, sequence: nextSequence())
    }

    mutating func entries(of directory: String) throws(IOFailure) -> [DirectoryEntry] {
        try begin(.list, directory)
        guard let node = try node(directory, .list) else { throw failure(.list, directory, ENOENT) }
        guard let entries = names.cached[node] else { throw failure(.list, directory, ENOTDIR) }
        try requireDescriptor(.list, directory)
        // Sorted, so that a run does not depend on the order of a hash table.
        return entries.sorted { $0.key < $1.key }.map { name, node in
            DirectoryEntry(name: name, isDirectory: names.isDirectory(node))
        }
    }

    mutating func status(of path: String) throws(IOFailure) -> FileStatus? {
        try begin(.status, path)
        let found: NodeID?
        do throws(NameFailure) {
            found = try names.node(at: path)
        } catch {
            guard error.errorNumber != ENOENT else { return nil }
            throw failure(.status, path, error.errorNumber)
        }
        guard let found, let node = nodes[found] else { return nil }
        return FileStatus(
            isDirectory: node.contents == nil, byteCount: node.contents?.cached.count ?? 4096,
            modified: node.modified)
    }

    mutating func rename(_ path: String, to newPath: String) throws(IOFailure) {
        let effect = try begin(.rename, path)
        let place = try place(path, .rename)
        let newPlace = try self.place(newPath, .rename)
        guard let node = names.node(at: place) else { throw failure(.rename, path, ENOENT) }
        guard place != newPlace else { return }
        let (parts, newParts) = (NameTable.parts(path), NameTable.parts(newPath))
        guard !newParts.starts(with: parts) else { throw failure(.rename, path, EINVAL) }
        guard !parts.starts(with: newParts) else { throw failure(.rename, path, ENOTEMPTY) }
        if let replaced = names.node(at: newPlace) {
            try requireReplaceable(replaced, by: node, path)
        }
        guard effect != .omission else { return }
        names.move(node, from: place, to: newPlace, sequence: nextSequence())
    }

    private func requireReplaceable(
        _ replaced: NodeID, by node: NodeID, _ path: String
    ) throws(IOFailure) {
        switch (names.isDirectory(node), names.cached[replaced]) {
        case (true, nil): throw failure(.rename, path, ENOTDIR)
        case (false, .some): throw failure(.rename, path, EISDIR)
        case (true, .some(let entries)) where !entries.isEmpty:
            throw failure(.rename, path, ENOTEMPTY)
        default: return
        }
    }

    mutating func remove(_ path: String) throws(IOFailure) {
        let effect = try begin(.remove, path)
        let place = try place(path, .remove)
        guard let node = names.node(at: place) else { throw failure(.remove, path, ENOENT) }
        guard !names.isDirectory(node) else { throw failure(.remove, path, EISDIR) }
        guard effect != .omission else { return }
        names.unlink(node, at: place, sequence: nextSequence())
    }

    mutating func removeDirectory(_ path: String) throws(IOFailure) {
        let effect = try begin(.remove, path)
        let place = try place(path, .remove)
        guard let node = names.node(at: place) else { throw failure(.remove, path, ENOENT) }
        guard let entries = names.cached[node] else { throw failure(.remove, path, ENOTDIR) }
        guard entries.isEmpty else { throw failure(.remove, path, ENOTEMPTY) }
        guard effect != .omission else { return }
        names.unlink(node, at: place, sequence: nextSequence())
    }

    mutating func synchronizeDirectory(_ path: String) throws(IOFailure) {
        let effect = try begin(.synchronizeDirectory, path)
        guard let node = try node(path, .synchronizeDirectory) else {
            throw failure(.synchronizeDirectory, path, ENOENT)
        }
        guard names.isDirectory(node) else { throw failure(.synchronizeDirectory, path, ENOTDIR) }
        try requireDescriptor(.synchronizeDirectory, path)
        switch effect {
        case .omission: return
        case .postponement(let changes): postpone(.directory(node), by: changes)
        default: synchronize(directory: node)
        }
    }

    /// Brings the names in a directory to the disk.
    mutating func synchronize(directory node: NodeID) {
        names.synchronize(directory: node)
        collect()
    }

    /// The node of the locked file; nil when it is locked already.
    mutating func lock(_ path: String, at time: Timestamp) throws(IOFailure) -> Int? {
        let handle = try open(path, .createOrOpen, at: time)
        let node = self.handle(handle).node
        guard nodes[node]?.isLocked == false else {
            close(handle)
            return nil
        }
        nodes[node]?.isLocked = true
        return handle
    }

    mutating func unlock(_ handle: Int) {
        guard let node = handles[handle]?.node else { return }
        nodes[node]?.isLocked = false
        close(handle)
    }

    // MARK: Parts

    func failure(
        _ operation: IOFailure.Operation, _ path: String, _ errorNumber: Int32
    ) -> IOFailure {
        IOFailure(operation, path, errorNumber: errorNumber)
    }

    func node(
        _ path: String, _ operation: IOFailure.Operation
    ) throws(IOFailure) -> NodeID? {
        do throws(NameFailure) {
            return try names.node(at: path)
        } catch {
            throw failure(operation, path, error.errorNumber)
        }
    }

    private func place(
        _ path: String, _ operation: IOFailure.Operation
    ) throws(IOFailure) -> NameTable.Place {
        do throws(NameFailure) {
            return try names.place(of: path)
        } catch {
            throw failure(operation, path, error.errorNumber)
        }
    }

    private func requireDescriptor(
        _ operation: IOFailure.Operation, _ path: String
    ) throws(IOFailure) {
        guard let limit = faults.plan.openFilesMax, handles.count >= limit else { return }
        throw failure(operation, path, EMFILE)
    }

    private mutating func newFile(at place: NameTable.Place, _ time: Timestamp) -> NodeID {
        let node = newNode(Node(contents: FileContents(), modified: time))
        names.link(node, at: place, isDirectory: false, sequence: nextSequence())
        return node
    }

    mutating func newNode(_ node: Node) -> NodeID {
        defer { nextNode += 1 }
        nodes[nextNode] = node
        return nextNode
    }

    private mutating func newHandle(_ node: NodeID, isWritable: Bool) -> Int {
        defer { nextHandle += 1 }
        handles[nextHandle] = Handle(
            node: node, isWritable: isWritable, reportedSyncs: nodes[node]?.seenSyncs ?? 0)
        return nextHandle
    }
}
