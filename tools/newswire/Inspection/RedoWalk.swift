import NewswireLog

/// Reads a redo file front to back, and goes on behind damage; also beside a writer.
struct RedoWalk {
    enum Step {
        case group(RedoGroup, at: FilePosition)
        case damage(Damage)
    }

    /// What the first page says; nil when it is damaged.
    let header: RedoFile.Header?
    private let file: any File
    private let path: String
    private var scan: RedoScan?
    private var pending: Damage?

    init(
        _ file: any File, of path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        self.file = file
        self.path = path
        switch try Self.header(of: file) {
        case .success(let found): header = found
        case .failure(let failure):
            header = nil
            pending = Damage(path: path, bytes: Self.firstPage, problem: failure.sentence)
        }
        // Whose the groups are, if the file does not say so itself.
        let directoryID = try Self.directoryID(above: path, on: fileSystem) ?? header?.directoryID
        guard let directoryID, let number = Self.number(of: path) ?? header?.number else { return }
        let scan = try RedoScan(file, number: number, of: directoryID)
        self.scan = scan
        if pending == nil, let failure = scan.headerFailure {
            pending = Damage(path: path, bytes: Self.firstPage, problem: failure.sentence)
        }
    }

    private static let firstPage = FilePosition.start..<FilePosition(RedoGroup.pageByteCount)

    private static func header(
        of file: any File
    ) throws(IOFailure) -> Result<RedoFile.Header, FormatFailure> {
        let page = try file.read(RedoGroup.pageByteCount, at: .start)
        return Result { () throws(FormatFailure) in try RedoFile.Header(page.rawSpan) }
    }

    /// The number in the file's name; nil in a name of somebody's choice.
    private static func number(of path: String) -> UInt64? {
        FilePath.name(of: path).split(separator: ".").first.flatMap { UInt64($0) }
    }

    /// The id in the `newswire.format` of the directory with the folder that `path` is in.
    private static func directoryID(
        above path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) -> TopicID? {
        guard let root = FilePath.parent(of: path).map({ FilePath.parent(of: $0) ?? "." }) else {
            return nil
        }
        let file = FilePath.join(root, DirectoryFormat.fileName)
        guard try fileSystem.status(of: file) != nil else { return nil }
        let bytes = try fileSystem.contents(of: file, byteCountMax: 4096)
        do throws(FormatFailure) {
            return try DirectoryFormat(bytes.rawSpan).directoryID
        } catch {
            // It is reported where that file is looked at.
            return nil
        }
    }

    /// The next group, or damage before it; nil behind the last group.
    mutating func next() throws(IOFailure) -> Step? {
        if let damage = pending {
            pending = nil
            return .damage(damage)
        }
        switch try scan?.next() {
        case .group(let group)?:
            let end = scan?.position.value ?? group.pagesByteCount
            return .group(group, at: FilePosition(end - group.pagesByteCount))
        case .damage(let position, let byteCount)?:
            guard try isSameFile() else { return nil }
            return .damage(
                Damage(
                    path: path, bytes: position..<position + byteCount,
                    problem: "no group is there, though one follows"))
        case nil: return nil
        }
    }

    /// Whether no writer has begun to use the file for other groups meanwhile.
    private func isSameFile() throws(IOFailure) -> Bool {
        switch try Self.header(of: file) {
        case .success(let found): return found == header
        case .failure: return header == nil
        }
    }
}
