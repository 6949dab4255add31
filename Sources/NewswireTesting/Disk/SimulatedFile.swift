internal import NewswireLog
internal import Synchronization

/// An open file of a simulated disk.
final class SimulatedFile: File {
    let path: String
    private let fileSystem: SimulatedFileSystem
    private let handle: Int

    init(_ fileSystem: SimulatedFileSystem, _ handle: Int, _ path: String) {
        self.fileSystem = fileSystem
        self.handle = handle
        self.path = path
    }

    deinit { fileSystem.disk.withLock { $0.close(handle) } }

    private var openFile: OpenFile {
        OpenFile(handle: handle, path: path, time: fileSystem.time.wallClock())
    }

    func write(_ bytes: RawSpan, at position: FilePosition) throws(IOFailure) {
        let bytes = [UInt8](copying: bytes)
        let file = openFile
        try fileSystem.disk.withLock { disk throws(IOFailure) in
            try disk.write(bytes, at: position.value, file)
        }
    }

    func write(
        _ pieces: [Range<Int>], of bytes: RawSpan, at position: FilePosition
    ) throws(IOFailure) {
        var gathered: [UInt8] = []
        for piece in pieces { gathered += [UInt8](copying: bytes.extracting(piece)) }
        try write(gathered.rawSpan, at: position)
    }

    func read(into bytes: inout MutableRawSpan, at position: FilePosition) throws(IOFailure) -> Int
    {
        let file = openFile
        return try fileSystem.disk.withLock { disk throws(IOFailure) in
            try disk.read(into: &bytes, at: position.value, file)
        }
    }

    func byteCount() throws(IOFailure) -> Int {
        let file = openFile
        return try fileSystem.disk.withLock { disk throws(IOFailure) in try disk.byteCount(file) }
    }

    func truncate(to byteCount: Int) throws(IOFailure) {
        let file = openFile
        try fileSystem.disk.withLock { disk throws(IOFailure) in
            try disk.truncate(to: byteCount, file)
        }
    }

    func reserve(upTo byteCount: Int) throws(IOFailure) {
        let file = openFile
        try fileSystem.disk.withLock { disk throws(IOFailure) in
            try disk.reserve(upTo: byteCount, file)
        }
    }

    func synchronize() throws(IOFailure) {
        let file = openFile
        try fileSystem.disk.withLock { disk throws(IOFailure) in try disk.synchronize(file) }
    }

    /// Nothing: what arrives without a sync is a matter of the crash.
    func beginWriteback() {}

    func map(byteCount: Int) throws(IOFailure) -> MappedRegion {
        let file = openFile
        return try fileSystem.disk.withLock { disk throws(IOFailure) in
            try disk.map(byteCount: byteCount, file)
        }
    }
}

/// A lock on a simulated disk; a crash frees it.
final class SimulatedLock: FileLock {
    private let fileSystem: SimulatedFileSystem
    private let handle: Int
    private let path: String

    init(_ fileSystem: SimulatedFileSystem, _ handle: Int, _ path: String) {
        self.fileSystem = fileSystem
        self.handle = handle
        self.path = path
    }

    deinit { release() }

    func describe(_ holder: String) throws(IOFailure) {
        let file = OpenFile(handle: handle, path: path, time: fileSystem.time.wallClock())
        try fileSystem.disk.withLock { disk throws(IOFailure) in
            try disk.describe(Array(holder.utf8), file)
        }
    }

    func release() { fileSystem.disk.withLock { $0.unlock(handle) } }
}
