/// The seam to the disk: few calls, typed failures; everything above runs on a simulated one, too.
///
/// Paths are absolute or relative to the process, parts joined by `/`. Nothing is durable before
/// the matching `synchronize`: a file's bytes by its own, a name by ``synchronizeDirectory(_:)``.
package protocol FileSystem: Sendable {
    /// Opens a file; see ``FileMode``.
    func openFile(_ path: String, _ mode: FileMode) throws(IOFailure) -> any File
    /// Creates one directory; one that exists already is fine.
    func createDirectory(_ path: String) throws(IOFailure)
    /// The entries of a directory without `.` and `..`, in no order.
    func entries(of directory: String) throws(IOFailure) -> [DirectoryEntry]
    /// What stands at `path`; nil when nothing does.
    func status(of path: String) throws(IOFailure) -> FileStatus?
    /// Renames a file or directory, replacing a file at `newPath` in one step.
    func rename(_ path: String, to newPath: String) throws(IOFailure)
    /// Removes a file.
    func remove(_ path: String) throws(IOFailure)
    /// Removes an empty directory.
    func removeDirectory(_ path: String) throws(IOFailure)
    /// Makes the names in a directory durable.
    func synchronizeDirectory(_ path: String) throws(IOFailure)
    /// Makes durable whatever was written and named below a directory, by anybody.
    ///
    /// It may wait for more than that: for the whole file system.
    func synchronizeTree(_ directory: String) throws(IOFailure)
    /// Takes the exclusive lock of the file at `path` (created when missing); nil when somebody
    /// has it.
    func lock(_ path: String) throws(IOFailure) -> (any FileLock)?
}

/// How a file is opened.
package enum FileMode: Sendable {
    /// For reading; it has to exist.
    case read
    /// For reading and writing; it has to exist.
    case readWrite
    /// For reading and writing, created when missing.
    case createOrOpen
    /// For reading and writing; it must not exist.
    case createNew
}

/// One name in a directory.
package struct DirectoryEntry: Hashable, Sendable {
    package let name: String
    package let isDirectory: Bool

    package init(name: String, isDirectory: Bool) {
        self.name = name
        self.isDirectory = isDirectory
    }
}

/// What is known of a file without opening it.
package struct FileStatus: Hashable, Sendable {
    package let isDirectory: Bool
    package let byteCount: Int
    /// When its bytes last changed.
    package let modified: Timestamp

    package init(isDirectory: Bool, byteCount: Int, modified: Timestamp) {
        self.isDirectory = isDirectory
        self.byteCount = byteCount
        self.modified = modified
    }
}

/// An open file.
///
/// Positions are explicit; there is no cursor. It closes with its last reference.
package protocol File: AnyObject, Sendable {
    /// The path it was opened at.
    var path: String { get }
    /// Writes all of `bytes`, whatever the system's portions; after a failure any part may be
    /// there.
    func write(_ bytes: RawSpan, at position: FilePosition) throws(IOFailure)
    /// Writes the `pieces` of `bytes` one behind the other, as one write from `position` on.
    func write(
        _ pieces: [Range<Int>], of bytes: RawSpan, at position: FilePosition) throws(IOFailure)
    /// Fills `bytes` from `position` on and answers how many were read: fewer only at the end of
    /// the file.
    func read(into bytes: inout MutableRawSpan, at position: FilePosition) throws(IOFailure) -> Int
    /// How many bytes it holds now.
    func byteCount() throws(IOFailure) -> Int
    /// Cuts or extends (with zeros) to `byteCount`.
    func truncate(to byteCount: Int) throws(IOFailure)
    /// Reserves space up to `byteCount` without changing the length; nothing where the file system
    /// cannot.
    func reserve(upTo byteCount: Int) throws(IOFailure)
    /// Makes the bytes written before this call durable (`fdatasync`).
    func synchronize() throws(IOFailure)
    /// Lets the disk begin with what is unsynced, so that a sync to come has less to wait for.
    ///
    /// It promises nothing; nothing where the file system cannot.
    func beginWriteback() throws(IOFailure)
    /// Maps the first `byteCount` bytes read-only; they may lie beyond today's end of the file.
    func map(byteCount: Int) throws(IOFailure) -> MappedRegion
}

/// A lock that is held until it is released or its last reference goes.
package protocol FileLock: AnyObject, Sendable {
    /// Replaces the text that the lock file holds: who has the lock.
    func describe(_ holder: String) throws(IOFailure)
    /// Gives the lock back.
    func release()
}
