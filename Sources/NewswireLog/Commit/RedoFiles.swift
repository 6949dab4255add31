/// The redo files of a directory, as names in `commit/`.
struct RedoFiles: Sendable {
    /// A file that is ready to become the next redo file.
    struct Spare: Sendable {
        let byteCapacity: Int
    }

    private static let suffix = ".redo"

    private let directory: String
    private let fileSystem: any FileSystem

    /// Those of the data directory at `path`.
    init(in path: String, on fileSystem: any FileSystem) {
        directory = "\(path)/\(RedoDirectory.directoryName)"
        self.fileSystem = fileSystem
    }

    private var sparePath: String { "\(directory)/spare" }
    private var comingSparePath: String { "\(directory)/spare.tmp" }

    /// Where the redo file with that number is.
    func path(_ number: UInt64) -> String {
        "\(directory)/\(RedoDirectory.digits(number))\(Self.suffix)"
    }

    /// The numbers of the redo files, rising.
    func numbers() throws(IOFailure) -> [UInt64] {
        guard try fileSystem.status(of: directory) != nil else { return [] }
        return try fileSystem.entries(of: directory)
            .compactMap { RedoDirectory.number(of: $0.name, suffix: Self.suffix) }.sorted()
    }

    /// Removes what a process that ended left of its spare files.
    func removeSpares() throws(IOFailure) {
        for path in [sparePath, comingSparePath] where try fileSystem.status(of: path) != nil {
            try fileSystem.remove(path)
        }
    }

    /// Makes a file of `byteCapacity` bytes that ``install(_:)`` makes the spare one.
    ///
    /// A sync of bytes that were written before costs half of one that makes a file grow, so the
    /// file is filled with zeros.
    func prepare(_ byteCapacity: Int) throws(IOFailure) -> Spare {
        if try fileSystem.status(of: directory) == nil {
            try fileSystem.createDirectory(directory)
            try fileSystem.synchronizeDirectory(NewswireLog.directory(of: directory))
        }
        let file = try fileSystem.openFile(comingSparePath, .createOrOpen)
        try file.truncate(to: 0)
        let zeros = [UInt8](repeating: 0, count: min(byteCapacity, 1 << 20))
        for start in stride(from: 0, to: byteCapacity, by: zeros.count) {
            let count = min(zeros.count, byteCapacity - start)
            try file.write(zeros.rawSpan.extracting(0..<count), at: FilePosition(start))
        }
        try file.synchronize()
        return Spare(byteCapacity: byteCapacity)
    }

    /// Puts the prepared file in the place of the spare one, if any.
    func install(_ spare: Spare) throws(IOFailure) {
        try fileSystem.rename(comingSparePath, to: sparePath)
    }

    /// Makes the spare file the redo file that `header` speaks of; on return its name is durable.
    func take(_ spare: Spare, as header: RedoFile.Header) throws(IOFailure) -> RedoFile {
        let file = try fileSystem.openFile(sparePath, .readWrite)
        try file.write(header.encoded.rawSpan, at: .start)
        // Before the name: a redo file is never one without its first page.
        try file.synchronize()
        try fileSystem.rename(sparePath, to: path(header.number))
        try fileSystem.synchronizeDirectory(directory)
        return RedoFile(
            file, number: header.number, directoryID: header.directoryID,
            byteCapacity: spare.byteCapacity)
    }

    /// Makes a redo file that nobody needs the spare one.
    func recycle(_ number: UInt64) throws(IOFailure) -> Spare {
        guard let status = try fileSystem.status(of: path(number)) else {
            throw IOFailure(.status, path(number), errorNumber: 2)
        }
        try fileSystem.rename(path(number), to: sparePath)
        return Spare(byteCapacity: status.byteCount)
    }

    /// Removes a redo file that nobody needs.
    func remove(_ number: UInt64) throws(IOFailure) {
        guard try fileSystem.status(of: path(number)) != nil else { return }
        try fileSystem.remove(path(number))
    }

    /// Opens a redo file for reading.
    func open(_ number: UInt64) throws(IOFailure) -> any File {
        try fileSystem.openFile(path(number), .read)
    }
}
