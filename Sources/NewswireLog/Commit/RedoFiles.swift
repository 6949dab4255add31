/// The redo files of a directory, as names in `commit/`.
package struct RedoFiles: Sendable {
    private static let suffix = ".redo"

    private let directory: String
    private let directoryID: TopicID
    private let fileSystem: any FileSystem

    /// Those of the data directory at `path`.
    init(in path: String, of directoryID: TopicID, on fileSystem: any FileSystem) {
        directory = "\(path)/\(RedoDirectory.directoryName)"
        self.directoryID = directoryID
        self.fileSystem = fileSystem
    }

    /// Where a file is that becomes a redo file.
    private var comingPath: String { "\(directory)/coming" }

    /// Where the redo file with that number is.
    func path(_ number: UInt64) -> String {
        "\(directory)/\(RedoDirectory.digits(number))\(Self.suffix)"
    }

    /// The numbers of the redo files, rising.
    func numbers() throws(IOFailure) -> [UInt64] {
        guard try fileSystem.status(of: directory) != nil else { return [] }
        var numbers: [UInt64] = []
        for entry in try fileSystem.entries(of: directory) {
            guard let number = RedoDirectory.number(of: entry.name, suffix: Self.suffix),
                try !Self.isHead(path(number), on: fileSystem)
            else { continue }
            numbers.append(number)
        }
        return numbers.sorted()
    }

    /// The number behind those of all redo files, and of heads that are called as they are.
    func endNumber() throws(IOFailure) -> UInt64 {
        guard try fileSystem.status(of: directory) != nil else { return 1 }
        let numbers = try fileSystem.entries(of: directory).compactMap {
            RedoDirectory.number(of: $0.name, suffix: Self.suffix)
        }
        return (numbers.max() ?? 0) + 1
    }

    /// Whether a file is a head, sound or not: they were called so before there were redo files.
    package static func isHead(
        _ path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) -> Bool {
        let file = try fileSystem.openFile(path, .read)
        let start = try file.read(8, at: .start)
        // A redo file has its name from its first page on.
        guard start.count == 8 else { return true }
        switch start.rawSpan.bigEndian(UInt64.self, at: 0) {
        case RedoHead.magic: return true
        case RedoFile.magic: return false
        default:
            // Gone bad. Only a redo file has a group behind its first page.
            let group = try file.read(4, at: FilePosition(RedoGroup.pageByteCount))
            return group.count < 4
                || group.rawSpan.bigEndian(UInt32.self, at: 0) != RedoGroup.magic
        }
    }

    /// Removes what a process that ended was making of a redo file.
    func removeRemnants() throws(IOFailure) {
        guard try fileSystem.status(of: comingPath) != nil else { return }
        try fileSystem.remove(comingPath)
    }

    /// Opens a redo file for reading.
    func open(_ number: UInt64) throws(IOFailure) -> any File {
        try fileSystem.openFile(path(number), .read)
    }

    /// Makes redo file `number` of `byteCapacity` bytes; on return it is durable, and nobody has to
    /// wait for it when its turn comes.
    ///
    /// A sync of bytes that were written before costs half of one that makes a file grow, so it is
    /// filled with zeros.
    func make(_ number: UInt64, _ byteCapacity: Int) throws(IOFailure) -> RedoFile {
        if try fileSystem.status(of: directory) == nil {
            try fileSystem.createDirectory(directory)
            try fileSystem.synchronizeDirectory(NewswireLog.directory(of: directory))
        }
        let file = try fileSystem.openFile(comingPath, .createOrOpen)
        do throws(IOFailure) {
            try file.truncate(to: 0)
            try fill(file, byteCapacity)
        } catch {
            // On a full disk the part that was made keeps others from the last space.
            try fileSystem.remove(comingPath)
            throw error
        }
        return try begin(file, byteCapacity, at: comingPath, as: number)
    }

    private func fill(_ file: any File, _ byteCapacity: Int) throws(IOFailure) {
        let zeros = [UInt8](repeating: 0, count: min(byteCapacity, 1 << 20))
        for start in stride(from: 0, to: byteCapacity, by: zeros.count) {
            let count = min(zeros.count, byteCapacity - start)
            try file.write(zeros.rawSpan.extracting(0..<count), at: FilePosition(start))
        }
    }

    /// Makes redo file `number` of one that nobody needs any more.
    ///
    /// Durably, before the next one: a number that is missing between others tells of a lost file.
    func recycle(_ old: UInt64, as number: UInt64) throws(IOFailure) -> RedoFile {
        let file = try fileSystem.openFile(path(old), .readWrite)
        return try begin(file, try file.byteCount(), at: path(old), as: number)
    }

    private func begin(
        _ file: any File, _ byteCapacity: Int, at place: String, as number: UInt64
    ) throws(IOFailure) -> RedoFile {
        let header = RedoFile.Header(directoryID: directoryID, number: number)
        try file.write(header.encoded.rawSpan, at: .start)
        // Before the name: a redo file is never one without its first page.
        try file.synchronize()
        try fileSystem.rename(place, to: path(number))
        try fileSystem.synchronizeDirectory(directory)
        // Opened anew, under the name that failures are to tell.
        return RedoFile(
            try fileSystem.openFile(path(number), .readWrite), number: number,
            directoryID: directoryID, byteCapacity: byteCapacity)
    }

    /// How long a redo file is; nothing if it is not there.
    func byteCount(of number: UInt64) throws(IOFailure) -> Int {
        try fileSystem.status(of: path(number))?.byteCount ?? 0
    }

    /// Removes a redo file that nobody needs.
    func remove(_ number: UInt64) throws(IOFailure) {
        guard try fileSystem.status(of: path(number)) != nil else { return }
        try fileSystem.remove(path(number))
    }
}
