import NewswireLog
import Synchronization

/// A file system that lets a test look, wait or fail before each operation of another one.
final class HookedFileSystem: FileSystem {
    typealias Hook = @Sendable (IOFailure.Operation, String) throws(IOFailure) -> Void

    private let base: any FileSystem
    private let hook = Mutex<Hook> { _, _ in }
    private let sizeHook = Mutex<@Sendable (String) -> Void> { _ in }

    init(_ base: any FileSystem = PosixFileSystem()) { self.base = base }

    /// From now on `hook` is called before each operation, with its path.
    func before(_ hook: @escaping Hook) { self.hook.withLock { $0 = hook } }

    /// From now on `hook` is called between the answer of an open file's size and its arrival.
    func afterSize(_ hook: @escaping @Sendable (String) -> Void) {
        sizeHook.withLock { $0 = hook }
    }

    /// Operations are undisturbed again.
    func release() {
        before { _, _ in }
        afterSize { _ in }
    }

    fileprivate func sized(_ path: String) {
        let hook = sizeHook.withLock { $0 }
        hook(path)
    }

    fileprivate func call(
        _ operation: IOFailure.Operation, _ path: String
    ) throws(IOFailure) {
        // Called without the lock: it may wait.
        let hook = hook.withLock { $0 }
        try hook(operation, path)
    }

    func openFile(_ path: String, _ mode: FileMode) throws(IOFailure) -> any File {
        try call(mode == .createNew ? .create : .open, path)
        return HookedFile(try base.openFile(path, mode), self)
    }

    func createDirectory(_ path: String) throws(IOFailure) {
        try call(.createDirectory, path)
        try base.createDirectory(path)
    }

    func entries(of directory: String) throws(IOFailure) -> [DirectoryEntry] {
        try call(.list, directory)
        return try base.entries(of: directory)
    }

    func status(of path: String) throws(IOFailure) -> FileStatus? {
        try call(.status, path)
        return try base.status(of: path)
    }

    func rename(_ path: String, to newPath: String) throws(IOFailure) {
        try call(.rename, path)
        try base.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(IOFailure) {
        try call(.remove, path)
        try base.remove(path)
    }

    func removeDirectory(_ path: String) throws(IOFailure) {
        try call(.remove, path)
        try base.removeDirectory(path)
    }

    func synchronizeDirectory(_ path: String) throws(IOFailure) {
        try call(.synchronizeDirectory, path)
        try base.synchronizeDirectory(path)
    }

    func synchronizeTree(_ directory: String) throws(IOFailure) {
        try call(.synchronizeDirectory, directory)
        try base.synchronizeTree(directory)
    }

    func lock(_ path: String) throws(IOFailure) -> (any FileLock)? {
        try call(.lock, path)
        return try base.lock(path)
    }
}

private final class HookedFile: File {
    private let base: any File
    private let system: HookedFileSystem

    init(_ base: any File, _ system: HookedFileSystem) {
        self.base = base
        self.system = system
    }

    var path: String { base.path }

    func write(_ bytes: RawSpan, at position: FilePosition) throws(IOFailure) {
        try system.call(.write, path)
        try base.write(bytes, at: position)
    }

    func write(
        _ pieces: [Range<Int>], of bytes: RawSpan, at position: FilePosition
    ) throws(IOFailure) {
        try system.call(.write, path)
        try base.write(pieces, of: bytes, at: position)
    }

    func read(
        into bytes: inout MutableRawSpan, at position: FilePosition
    ) throws(IOFailure) -> Int {
        try system.call(.read, path)
        return try base.read(into: &bytes, at: position)
    }

    func byteCount() throws(IOFailure) -> Int {
        let byteCount = try base.byteCount()
        system.sized(path)
        return byteCount
    }

    func truncate(to byteCount: Int) throws(IOFailure) {
        try system.call(.truncate, path)
        try base.truncate(to: byteCount)
    }

    func reserve(upTo byteCount: Int) throws(IOFailure) {
        try system.call(.reserve, path)
        try base.reserve(upTo: byteCount)
    }

    func synchronize() throws(IOFailure) {
        try system.call(.synchronize, path)
        try base.synchronize()
    }

    func beginWriteback() throws(IOFailure) { try base.beginWriteback() }

    func map(byteCount: Int) throws(IOFailure) -> MappedRegion {
        try system.call(.map, path)
        return try base.map(byteCount: byteCount)
    }
}

/// Lets the first caller through, and no other.
final class Once: Sendable {
    private let isTaken = Atomic(false)

    /// Whether this call is the first.
    func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }

    /// Whether somebody took it.
    var isDone: Bool { isTaken.load(ordering: .relaxed) }
}
