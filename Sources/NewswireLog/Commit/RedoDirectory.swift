/// The folder `commit/`, as far as its heads are concerned; redo files stand beside them.
package struct RedoDirectory: Sendable {
    static let directoryName = "commit"
    private static let suffix = ".head"
    /// Heads were called so before there were redo files.
    private static let oldSuffix = ".redo"

    /// What was found in the folder.
    package struct Contents: Sendable {
        /// The newest valid head; nil before the first use, or when all are damaged.
        package var newest: RedoHead?
        /// Newer files that are not valid heads, and why.
        package var damaged: [(path: String, failure: FormatFailure)] = []
        /// The numbers of the redo files from the oldest to the newest valid one.
        package var generations: [UInt64] = []
        /// The largest number that a redo file has, valid or not; 0 without any.
        package var lastGeneration: UInt64 = 0

        package init() {}

        /// A file that only a later version can read.
        package var tooNew: (path: String, failure: FormatFailure)? {
            damaged.first { if case .tooNew = $0.failure { true } else { false } }
        }

        /// Whether the directory was closed in order, as far as it was ever open.
        package var isClean: Bool { damaged.isEmpty && newest?.isClean ?? true }
    }

    private let path: String
    private let parent: String
    private let fileSystem: any FileSystem

    package init(in directory: String, on fileSystem: any FileSystem) {
        parent = directory
        path = "\(directory)/\(Self.directoryName)"
        self.fileSystem = fileSystem
    }

    /// Reads the heads, newest first, until one is valid.
    package func load() throws(IOFailure) -> Contents {
        var contents = Contents()
        guard try fileSystem.status(of: path) != nil else { return contents }
        contents.generations = try generations()
        contents.lastGeneration = contents.generations.last ?? 0
        while let generation = contents.generations.last {
            let file = try existingFile(generation)
            if let bytes = try bytes(of: file) {
                do throws(FormatFailure) {
                    contents.newest = try Self.head(generation, bytes)
                    return contents
                } catch {
                    contents.damaged.append((file, error))
                }
            }
            // It cannot be a fallback: what was older stays for that.
            contents.generations.removeLast()
        }
        return contents
    }

    private func generations() throws(IOFailure) -> [UInt64] {
        var generations: Set<UInt64> = []
        for entry in try fileSystem.entries(of: path) {
            if let generation = Self.number(of: entry.name, suffix: Self.suffix) {
                generations.insert(generation)
            } else if let generation = Self.number(of: entry.name, suffix: Self.oldSuffix),
                try isHead("\(path)/\(entry.name)")
            {
                generations.insert(generation)
            }
        }
        return generations.sorted()
    }

    /// Whether a file of the old name is a head, sound or not, and no redo file.
    private func isHead(_ file: String) throws(IOFailure) -> Bool {
        do throws(IOFailure) {
            return try RedoFiles.isHead(file, on: fileSystem)
        } catch  where error.isNotFound { return false }
    }

    /// What a file holds; nil when a writer beside this reader has removed it meanwhile.
    private func bytes(of file: String) throws(IOFailure) -> [UInt8]? {
        do throws(IOFailure) {
            return try fileSystem.contents(of: file, byteCountMax: 1 << 30)
        } catch  where error.isNotFound { return nil }
    }

    private static func head(
        _ generation: UInt64, _ bytes: [UInt8]
    ) throws(FormatFailure) -> RedoHead {
        let head = try RedoHead(bytes.rawSpan)
        guard head.generation == generation else {
            throw .damaged("it was written as number \(head.generation)")
        }
        return head
    }

    /// Sets the damaged files in `contents` aside.
    ///
    /// - Returns: their new paths, and what is wrong with them.
    package func quarantine(
        _ contents: Contents
    ) throws(IOFailure) -> [(path: String, failure: FormatFailure)] {
        var moved: [(path: String, failure: FormatFailure)] = []
        for (file, failure) in contents.damaged {
            let name = file.split(separator: "/").last.map(String.init) ?? file
            let path = try Quarantine.move(
                name, from: Self.directoryName, in: parent, because: "\(failure)", on: fileSystem)
            moved.append((path, failure))
        }
        return moved
    }

    /// Writes `head` and makes it durable; the one before it stays as a fallback.
    ///
    /// An older one is written over: where retention has to say so before it frees anything, a full
    /// disk has room for what it says.
    package func write(_ head: RedoHead, keeping generations: inout [UInt64]) throws(IOFailure) {
        if try fileSystem.status(of: path) == nil {
            try fileSystem.createDirectory(path)
            try fileSystem.synchronizeDirectory(parent)
        }
        do throws(IOFailure) {
            try replace(head)
        } catch  where error.isDiskFull && generations.count > 1 {
            // The fallback's space, which nobody else can take meanwhile.
            try giveUpOldest(&generations)
            try replace(head)
        }
        generations.append(head.generation)
        while generations.count > 2 { try giveUpOldest(&generations) }
    }

    private func replace(_ head: RedoHead) throws(IOFailure) {
        let bytes = head.encoded
        let file = try fileSystem.openFile(comingHead, .createOrOpen)
        // Not emptied first: then its space would be anybody's.
        try file.write(bytes.rawSpan, at: .start)
        try file.truncate(to: bytes.count)
        try file.synchronize()
        try fileSystem.rename(comingHead, to: self.file(head.generation))
        try fileSystem.synchronizeDirectory(path)
    }

    private func giveUpOldest(_ generations: inout [UInt64]) throws(IOFailure) {
        let oldest = try existingFile(generations[0])
        if try fileSystem.status(of: oldest) != nil {
            try fileSystem.rename(oldest, to: comingHead)
            // What is written over it must not be found under its old name.
            try fileSystem.synchronizeDirectory(path)
        }
        generations.removeFirst()
    }

    /// Where the next head is written before it gets its name; until then an old one has the space.
    private var comingHead: String {
        "\(path)/coming\(Self.suffix)\(AtomicReplace.temporarySuffix)"
    }

    /// Where the head with that number is.
    func file(_ generation: UInt64) -> String {
        "\(path)/\(Self.digits(generation))\(Self.suffix)"
    }

    /// The same, or where an older version put it.
    private func existingFile(_ generation: UInt64) throws(IOFailure) -> String {
        let file = file(generation)
        let old = "\(path)/\(Self.digits(generation))\(Self.oldSuffix)"
        // A redo file may have that name, too, and is not to be taken for it.
        guard try fileSystem.status(of: file) == nil, try isHead(old) else { return file }
        return old
    }

    /// A number as it stands in the names of `commit/`.
    static func digits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
    }

    /// The number in a name of `commit/`; nil when it is none with that suffix.
    static func number(of name: String, suffix: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count,
            let number = UInt64(name.dropLast(suffix.count))
        else { return nil }
        // A stray file must not take the last number: there has to be a next one.
        return number <= UInt64(Int64.max) ? number : nil
    }
}
