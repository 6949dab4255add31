internal import Glibc
internal import NewswireLog

/// Operations on open files.
extension SimulatedDisk {
    mutating func write(
        _ bytes: [UInt8], at position: Int, _ file: OpenFile
    ) throws(IOFailure) {
        let fault = try beginFaulty(
            .write, file.path,
            OperationDetails(position: position, byteCount: bytes.count, bytes: bytes))
        let handle = handle(file.handle)
        guard handle.isWritable else { throw failure(.write, file.path, EBADF) }
        guard fault?.effect != .omission else { return }
        var fitting = bytes.count
        if case .failure? = fault?.effect {
            fitting = min(fitting, fault?.writtenByteCount ?? 0)
        }
        let allocated = contents(of: handle.node).allocatedByteCount
        let free = freeByteCount
        let isFull = position + fitting - allocated > free
        // What lies within reserved space fits on a full disk, too.
        if isFull { fitting = min(fitting, max(0, allocated + free - position)) }
        put(Array(bytes.prefix(fitting)), at: position, file, fault?.effect)
        if case .failure(let errorNumber)? = fault?.effect {
            throw failure(.write, file.path, errorNumber)
        }
        if isFull { throw failure(.write, file.path, ENOSPC) }
    }

    private mutating func put(
        _ bytes: [UInt8], at position: Int, _ file: OpenFile, _ effect: Fault.Effect?
    ) {
        guard !bytes.isEmpty else { return }
        let sequence = nextSequence()
        withNode(handle(file.handle).node) { node in
            let end = node.contents?.cached.count ?? 0
            node.contents?.write(
                bytes, at: position, sequence: sequence, arrival: WriteArrival(effect))
            node.modified = file.time
            node.showInMaps(min(position, end)..<position + bytes.count)
            if case .failedWriteback(let errorNumber)? = effect {
                node.failSync(errorNumber, cacheReverts: false)
            }
        }
    }

    mutating func read(
        into bytes: inout MutableRawSpan, at position: Int, _ file: OpenFile
    ) throws(IOFailure) -> Int {
        try begin(
            .read, file.path, OperationDetails(position: position, byteCount: bytes.byteCount))
        let node = handle(file.handle).node
        let asked = position..<position + bytes.byteCount
        guard nodes[node]?.unreadable.contains(where: { $0.overlaps(asked) }) != true else {
            throw failure(.read, file.path, EIO)
        }
        return contents(of: node).cached.copy(from: position, into: &bytes)
    }

    mutating func byteCount(_ file: OpenFile) throws(IOFailure) -> Int {
        try begin(.status, file.path)
        return contents(of: handle(file.handle).node).cached.count
    }

    mutating func truncate(to byteCount: Int, _ file: OpenFile) throws(IOFailure) {
        let effect = try begin(.truncate, file.path, OperationDetails(byteCount: byteCount))
        let handle = handle(file.handle)
        guard handle.isWritable, byteCount >= 0 else {
            throw failure(.truncate, file.path, EINVAL)
        }
        guard effect != .omission else { return }
        guard byteCount - contents(of: handle.node).allocatedByteCount <= freeByteCount else {
            throw failure(.truncate, file.path, ENOSPC)
        }
        let sequence = nextSequence()
        withNode(handle.node) { node in
            let before = node.contents?.cached.count ?? 0
            node.contents?.resize(to: byteCount, sequence: sequence)
            node.modified = file.time
            node.showInMaps(min(before, byteCount)..<max(before, byteCount))
        }
    }

    mutating func reserve(upTo byteCount: Int, _ file: OpenFile) throws(IOFailure) {
        let effect = try begin(.reserve, file.path, OperationDetails(byteCount: byteCount))
        guard effect != .omission else { return }
        let handle = handle(file.handle)
        guard handle.isWritable else { throw failure(.reserve, file.path, EBADF) }
        guard byteCount - contents(of: handle.node).allocatedByteCount <= freeByteCount else {
            throw failure(.reserve, file.path, ENOSPC)
        }
        withNode(handle.node) { $0.contents?.reserve(upTo: byteCount) }
    }

    mutating func synchronize(_ file: OpenFile) throws(IOFailure) {
        let fault = try beginFaulty(.synchronize, file.path)
        let handle = handle(file.handle)
        switch fault?.effect {
        case .failure(let errorNumber):
            let reverts = fault?.cacheReverts ?? false
            withNode(handle.node) { $0.failSync(EIO, cacheReverts: reverts) }
            noteReport(file)
            throw failure(.synchronize, file.path, errorNumber)
        case .omission: return
        case .postponement(let changes): return postpone(.file(handle.node), by: changes)
        default: synchronize(node: handle.node)
        }
        guard handle.reportedSyncs < nodes[handle.node]?.failedSyncs ?? 0 else { return }
        // Write-back failed, or another open file's sync: this one hears of it now, and then never
        // again.
        noteReport(file)
        throw failure(.synchronize, file.path, nodes[handle.node]?.syncErrorNumber ?? EIO)
    }

    /// Brings all of a file to the disk, and what else a sync of it brings.
    mutating func synchronize(node: NodeID) {
        withNode(node) { $0.contents?.synchronize() }
        names.synchronize(file: node)
    }

    private mutating func noteReport(_ file: OpenFile) {
        let node = handle(file.handle).node
        let failed = nodes[node]?.failedSyncs ?? 0
        handles[file.handle]?.reportedSyncs = failed
        nodes[node]?.seenSyncs = failed
    }

    mutating func map(byteCount: Int, _ file: OpenFile) throws(IOFailure) -> MappedRegion {
        try begin(.map, file.path, OperationDetails(byteCount: byteCount))
        let node = handle(file.handle).node
        let (memory, region) = try SimulatedMemory.map(
            contents(of: node).cached, byteCount: byteCount, path: file.path)
        for range in nodes[node]?.unreadable ?? [] { memory.protect(range) }
        nodes[node]?.maps.append(memory)
        return region
    }

    /// Replaces the whole text of a lock file.
    mutating func describe(_ text: [UInt8], _ file: OpenFile) throws(IOFailure) {
        try write(text, at: 0, file)
        try truncate(to: text.count, file)
    }
}

/// What an operation on an open file has to know.
struct OpenFile {
    let handle: Int
    let path: String
    let time: Timestamp
}

extension SimulatedDisk.Node {
    fileprivate mutating func failSync(_ errorNumber: Int32, cacheReverts: Bool) {
        failedSyncs += 1
        syncErrorNumber = errorNumber
        contents?.loseUnsynced(cacheReverts: cacheReverts)
        if cacheReverts { showInMaps(0..<(contents?.cached.count ?? 0)) }
    }
}
