internal import CNewswire
internal import Glibc

/// The file system of this machine.
///
/// Files are created for their owner and, reading only, their group (less the umask): a log holds
/// other people's data. A write past `RLIMIT_FSIZE` raises `SIGXFSZ`, which ends a process that
/// does not ignore it; a library does not change signal handlers, so a program that sets that limit
/// has to ignore the signal, and then sees the failure as a full disk.
package struct PosixFileSystem: FileSystem {
    package init() {}

    package func openFile(_ path: String, _ mode: FileMode) throws(IOFailure) -> any File {
        let operation: IOFailure.Operation = mode == .createNew ? .create : .open
        return PosixFile(path, try Descriptor.open(path, mode.flags, as: operation))
    }

    package func createDirectory(_ path: String) throws(IOFailure) {
        guard unsafe mkdir(path, 0o750) == -1 else { return }
        let reason = errno
        if reason == EEXIST, let found = try status(of: path), found.isDirectory { return }
        throw IOFailure(.createDirectory, path, errorNumber: reason)
    }

    package func entries(of directory: String) throws(IOFailure) -> [DirectoryEntry] {
        guard let stream = unsafe opendir(directory) else {
            throw IOFailure(.list, directory, errorNumber: errno)
        }
        defer { unsafe _ = closedir(stream) }
        var entries: [DirectoryEntry] = []
        while let entry = try unsafe nextEntry(of: stream, directory) { entries.append(entry) }
        return entries.filter { $0.name != "." && $0.name != ".." }
    }

    package func status(of path: String) throws(IOFailure) -> FileStatus? {
        var answer = stat()
        guard unsafe stat(path, &answer) == -1 else { return FileStatus(answer) }
        guard errno != ENOENT else { return nil }
        throw IOFailure(.status, path, errorNumber: errno)
    }

    package func rename(_ path: String, to newPath: String) throws(IOFailure) {
        guard unsafe Glibc.rename(path, newPath) == -1 else { return }
        throw IOFailure(.rename, path, errorNumber: errno)
    }

    package func remove(_ path: String) throws(IOFailure) {
        guard unsafe unlink(path) == -1 else { return }
        throw IOFailure(.remove, path, errorNumber: errno)
    }

    package func removeDirectory(_ path: String) throws(IOFailure) {
        guard unsafe rmdir(path) == -1 else { return }
        throw IOFailure(.remove, path, errorNumber: errno)
    }

    package func synchronizeDirectory(_ path: String) throws(IOFailure) {
        let directory = try Descriptor.open(path, O_RDONLY | O_DIRECTORY, as: .synchronizeDirectory)
        // EINVAL, where a file system cannot do it, is a failure as any other: names would be lost.
        guard repeatingInterrupted({ fsync(directory.number) }) == -1 else { return }
        throw IOFailure(.synchronizeDirectory, path, errorNumber: errno)
    }

    package func synchronizeTree(_ directory: String) throws(IOFailure) {
        let root = try Descriptor.open(
            directory, O_RDONLY | O_DIRECTORY, as: .synchronizeDirectory)
        guard repeatingInterrupted({ nw_sync_file_system(root.number) }) == -1 else { return }
        throw IOFailure(.synchronizeDirectory, directory, errorNumber: errno)
    }

    package func lock(_ path: String) throws(IOFailure) -> (any FileLock)? {
        let file = try Descriptor.open(path, O_RDWR | O_CREAT, as: .lock)
        // flock belongs to the open file, not to the process: a second open here finds it, too.
        guard flock(file.number, LOCK_EX | LOCK_NB) == -1 else { return PosixLock(path, file) }
        guard errno != EWOULDBLOCK else { return nil }
        throw IOFailure(.lock, path, errorNumber: errno)
    }

    // Sound: the entry is the stream's own and is copied before the next call on the stream.
    private func nextEntry(
        of stream: OpaquePointer, _ directory: String
    ) throws(IOFailure) -> DirectoryEntry? {
        errno = 0  // The only way to tell the end from a failure.
        guard let entry = unsafe readdir(stream) else {
            guard errno == 0 else { throw IOFailure(.list, directory, errorNumber: errno) }
            return nil
        }
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let kind = unsafe Int(entry.pointee.d_type)
        guard kind == DT_UNKNOWN || kind == DT_LNK else {
            return DirectoryEntry(name: name, isDirectory: kind == DT_DIR)
        }
        // Gone since, or a link to nothing: in both cases there is no directory.
        let found = try status(of: directory + "/" + name)
        return DirectoryEntry(name: name, isDirectory: found?.isDirectory ?? false)
    }
}

extension FileMode {
    fileprivate var flags: Int32 {
        switch self {
        case .read: O_RDONLY
        case .readWrite: O_RDWR
        case .createOrOpen: O_RDWR | O_CREAT
        case .createNew: O_RDWR | O_CREAT | O_EXCL
        }
    }
}

extension FileStatus {
    fileprivate init(_ answer: stat) {
        let modified = answer.st_mtim
        self.init(
            isDirectory: answer.st_mode & S_IFMT == S_IFDIR, byteCount: Int(answer.st_size),
            modified: Timestamp(nanosecondsOf: modified))
    }
}
