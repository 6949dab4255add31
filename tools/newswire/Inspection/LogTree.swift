import NewswireLog

/// The files of a log below a path: one file, a partition's directory, or a directory of
/// partitions.
struct LogTree {
    /// A directory with what is in it.
    struct Directory {
        let path: String
        /// Nil for what is no partition's.
        let partition: TopicPartition?
        let files: [LogFile]
    }

    /// The root first, then the partitions in their order.
    private(set) var directories: [Directory] = []
    private let fileSystem: any FileSystem

    /// Finds the files at `path`.
    ///
    /// - Throws: misuse when there is nothing at the path, or nothing that belongs to a log.
    init(at path: String, on fileSystem: any FileSystem) throws {
        self.fileSystem = fileSystem
        guard let status = try fileSystem.status(of: path) else {
            throw CommandFailure.misuse("there is nothing at \(path)")
        }
        if status.isDirectory {
            try addDirectory(at: path)
        } else if let file = LogFile(path: path) {
            directories = [Directory(path: path, partition: file.partition, files: [file])]
        }
        guard directories.contains(where: { !$0.files.isEmpty }) else {
            throw CommandFailure.misuse("\(path) holds no file of a log")
        }
    }

    /// All files, directory by directory.
    var files: [LogFile] { directories.flatMap(\.files) }

    private mutating func addDirectory(at path: String) throws(IOFailure) {
        let entries = try fileSystem.entries(of: path)
        directories.append(directory(path, entries))
        var partitions: [(partition: TopicPartition, path: String)] = []
        for entry in entries where entry.isDirectory {
            let path = FilePath.join(path, entry.name)
            if let partition = TopicPartition(directoryName: entry.name) {
                partitions.append((partition, path))
            } else if entry.name == "commit" {
                directories.append(directory(path, try fileSystem.entries(of: path)))
            }
        }
        for (_, path) in partitions.sorted(by: { $0.partition < $1.partition }) {
            // Gone since it was listed: its topic was deleted, and nothing is there to look at.
            guard let entries = try entriesUnlessGone(of: path) else { continue }
            directories.append(directory(path, entries))
        }
    }

    private func entriesUnlessGone(of path: String) throws(IOFailure) -> [DirectoryEntry]? {
        do throws(IOFailure) {
            return try fileSystem.entries(of: path)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    private func directory(_ path: String, _ entries: [DirectoryEntry]) -> Directory {
        let names = entries.filter { !$0.isDirectory }.map(\.name).sorted()
        return Directory(
            path: path, partition: TopicPartition(directoryName: FilePath.name(of: path)),
            files: names.compactMap { LogFile(path: FilePath.join(path, $0)) })
    }
}
