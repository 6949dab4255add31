/// A file in a partition's directory that says: a sync failed here.
///
/// After a failed sync the kernel may take the pages it could not write for clean: they are read as
/// they were written, and the next sync succeeds without writing them. So recovery, which keeps
/// what it can read, must not believe its own sync, but writes the kept bytes to new files.
struct SyncFailureNote {
    static let fileName = "newswire.sync-failed"

    private let path: String
    private let fileSystem: any FileSystem

    init(in directory: String, on fileSystem: any FileSystem) {
        path = "\(directory)/\(Self.fileName)"
        self.fileSystem = fileSystem
    }

    func isThere() throws(IOFailure) -> Bool { try fileSystem.status(of: path) != nil }

    /// Leaves a note, as far as the disk still takes one.
    ///
    /// It is not synced: should the power fail, the pages it warns of are gone as well.
    func leave() {
        do throws(IOFailure) {
            _ = try fileSystem.openFile(path, .createOrOpen)
        } catch {
            // The failure that is being handled is told anyway, and a worse disk tells of itself.
            return
        }
    }

    /// Takes the note away; the caller has made everything durable.
    func remove() throws(IOFailure) {
        try fileSystem.remove(path)
        try fileSystem.synchronizeDirectory(directory(of: path))
    }

    /// Puts a new file with the first `byteCount` bytes in the place of `file`, durably.
    func rewrite(_ file: any File, byteCount: Int) throws(IOFailure) {
        let copyPath = file.path + AtomicReplace.temporarySuffix
        let copy = try fileSystem.openFile(copyPath, .createOrOpen)
        try copy.truncate(to: 0)
        var position = FilePosition.start
        while position.value < byteCount {
            let bytes = try file.read(min(1 << 20, byteCount - position.value), at: position)
            guard !bytes.isEmpty else { break }
            try copy.write(bytes, at: position)
            position = position + bytes.count
        }
        try copy.synchronize()
        try fileSystem.rename(copyPath, to: file.path)
        try fileSystem.synchronizeDirectory(directory(of: file.path))
    }
}
