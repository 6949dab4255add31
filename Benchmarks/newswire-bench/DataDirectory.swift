internal import Glibc
internal import NewswireLog

/// A directory for the data of one run, removed with everything in it at the end.
struct DataDirectory {
    let path: String
    private let fileSystem = PosixFileSystem()

    private init(path: String) { self.path = path }

    /// Makes a fresh directory below `parent`, or below the system's temporary directory.
    init(below parent: String?) throws {
        let parent = try parent ?? Self.temporaryDirectory()
        guard try fileSystem.status(of: parent)?.isDirectory == true else {
            throw BenchmarkFailure.misuse("there is no directory \(parent) to keep the data in")
        }
        path = "\(parent)/newswire-bench-\(getpid())"
        try fileSystem.createDirectory(path)
    }

    /// A directory in it; it exists and is empty.
    func emptyDirectory(_ name: String) throws -> DataDirectory {
        let child = DataDirectory(path: "\(path)/\(name)")
        if try fileSystem.status(of: child.path) != nil { try child.remove() }
        try fileSystem.createDirectory(child.path)
        return child
    }

    /// Removes it and all that is in it.
    func remove() throws {
        for entry in try fileSystem.entries(of: path) {
            let child = "\(path)/\(entry.name)"
            if entry.isDirectory {
                try DataDirectory(path: child).remove()
            } else {
                try fileSystem.remove(child)
            }
        }
        try fileSystem.removeDirectory(path)
    }

    /// Where programs keep what is thrown away, unless that is memory: a log is written to disks.
    private static func temporaryDirectory() throws -> String {
        let places = [temporaryDirectoryOfUser ?? "/tmp", "/var/tmp"]
        let isMemory = ["tmpfs", "ramfs"]
        let onDisk = places.first { !isMemory.contains(FloorPrograms.fileSystemName(at: $0)) }
        guard let onDisk else {
            throw BenchmarkFailure.misuse(
                "\(places.joined(separator: " and ")) are in memory: name a directory on a disk "
                    + "with --data")
        }
        return onDisk
    }

    private static var temporaryDirectoryOfUser: String? {
        let variables = FloorPrograms.text(of: "/proc/self/environ") ?? ""
        let setting = variables.split(separator: "\0").first { $0.hasPrefix("TMPDIR=") }
        return setting.map { String($0.dropFirst("TMPDIR=".count)) }.flatMap { path in
            path.isEmpty ? nil : path
        }
    }
}
