/// The folder `commit/` with its redo files, of which there are heads only so far.
package struct RedoDirectory: Sendable {
    private static let suffix = ".redo"

    /// What was found in the folder.
    package struct Contents: Sendable {
        /// The newest valid head; nil before the first use, or when all are damaged.
        package var newest: RedoHead?
        /// Files that are not valid heads, and why.
        package var damaged: [(path: String, failure: FormatFailure)] = []
        /// The numbers of all redo files, valid or not, rising.
        package var generations: [UInt64] = []
    }

    private let path: String
    private let parent: String
    private let fileSystem: any FileSystem

    package init(in directory: String, on fileSystem: any FileSystem) {
        parent = directory
        path = "\(directory)/commit"
        self.fileSystem = fileSystem
    }

    /// Reads the heads, newest first, until one is valid.
    package func load() throws(IOFailure) -> Contents {
        var contents = Contents()
        guard try fileSystem.status(of: path) != nil else { return contents }
        contents.generations = try fileSystem.entries(of: path)
            .compactMap { Self.generation(of: $0.name) }.sorted()
        for generation in contents.generations.reversed() {
            let file = self.file(generation)
            let bytes = try fileSystem.contents(of: file, byteCountMax: 1 << 30)
            do throws(FormatFailure) {
                contents.newest = try RedoHead(bytes.rawSpan)
                return contents
            } catch {
                contents.damaged.append((file, error))
            }
        }
        return contents
    }

    /// Writes `head` and makes it durable; the one before it stays as a fallback, older ones go.
    package func write(_ head: RedoHead, keeping generations: inout [UInt64]) throws(IOFailure) {
        if try fileSystem.status(of: path) == nil {
            try fileSystem.createDirectory(path)
            try fileSystem.synchronizeDirectory(parent)
        }
        try AtomicReplace.write(head.encoded.rawSpan, to: file(head.generation), on: fileSystem)
        generations.append(head.generation)
        while generations.count > 2 {
            let oldest = file(generations[0])
            if try fileSystem.status(of: oldest) != nil { try fileSystem.remove(oldest) }
            generations.removeFirst()
        }
    }

    private func file(_ generation: UInt64) -> String {
        let digits = String(generation)
        let zeros = String(repeating: "0", count: max(0, 20 - digits.utf8.count))
        return "\(path)/\(zeros)\(digits)\(Self.suffix)"
    }

    private static func generation(of name: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count else { return nil }
        return UInt64(name.dropLast(suffix.count))
    }
}
