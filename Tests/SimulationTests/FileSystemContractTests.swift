import NewswireLog
import NewswireTesting
import Testing

/// The simulated disk is only worth something if it answers as the real one does.
struct FileSystemContractTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `the simulated disk answers as the real one`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var real = Actor(fileSystem: PosixFileSystem(), root: directory.path)
        var simulated = Actor(fileSystem: SimulatedFileSystem(), root: "")
        var random = SeededRandom(seed: seed)
        for step in 0..<800 {
            let act = Act(&random)
            let expected = real.perform(act)
            let answer = simulated.perform(act)
            try #require(answer == expected, "seed \(seed), step \(step): \(act)")
        }
    }
}

/// One step, as data.
private struct Act: CustomStringConvertible {
    enum Kind: CaseIterable {
        case open, write, writePieces, read, size, truncate, reserve, synchronize, close, map
        case createDirectory, entries, status, rename, remove, removeDirectory
        case synchronizeDirectory, lock
    }

    static let names = ["a", "b", "d", "d/a", "d/e", "d/e/a", "d/e/b", "f", "f/a", "f/b"]
    static let modes = [FileMode.read, .readWrite, .createOrOpen, .createNew, .createOrOpen]

    let kind: Kind
    let path: String
    let otherPath: String
    let mode: FileMode
    let file: Int
    let position: Int
    let byteCount: Int
    let fill: UInt8

    init(_ random: inout SeededRandom) {
        kind = Kind.allCases.randomElement(using: &random) ?? .open
        path = Self.names.randomElement(using: &random) ?? ""
        otherPath = Self.names.randomElement(using: &random) ?? ""
        mode = Self.modes.randomElement(using: &random) ?? .read
        file = Int.random(in: 0..<4, using: &random)
        position = Int.random(in: 0..<9000, using: &random)
        byteCount = Int.random(in: 0..<3000, using: &random)
        fill = UInt8.random(in: 1...255, using: &random)
    }

    var description: String {
        "\(kind) \(path) \(otherPath) \(mode) file \(file), \(position) + \(byteCount)"
    }
}

/// Does steps on a file system and tells what came of them, in words that do not name the system.
private struct Actor {
    let fileSystem: any FileSystem
    let root: String
    private var files: [(any File)?] = [nil, nil, nil, nil]
    private var lock: (any FileLock)?

    init(fileSystem: any FileSystem, root: String) {
        self.fileSystem = fileSystem
        self.root = root
    }

    mutating func perform(_ act: Act) -> String {
        do throws(IOFailure) {
            if let answer = try performOnNames(act) { return answer }
            return try performOnFile(act)
        } catch {
            return "error \(error.errorNumber)"
        }
    }

    private mutating func performOnNames(_ act: Act) throws(IOFailure) -> String? {
        let path = root + "/" + act.path
        switch act.kind {
        case .open:
            // Opening a directory for reading is refused at once there, on the first read here.
            let isDirectory = try isDirectory(path)
            guard !isDirectory else { return "a directory" }
            files[act.file] = try fileSystem.openFile(path, act.mode)
        case .close: files[act.file] = nil
        case .createDirectory: try fileSystem.createDirectory(path)
        case .entries:
            return try fileSystem.entries(of: path).sorted { $0.name < $1.name }.description
        case .status:
            guard let status = try fileSystem.status(of: path) else { return "nothing" }
            return status.isDirectory ? "a directory" : "\(status.byteCount) bytes"
        case .rename: try fileSystem.rename(path, to: root + "/" + act.otherPath)
        case .remove: try fileSystem.remove(path)
        case .removeDirectory: try fileSystem.removeDirectory(path)
        case .synchronizeDirectory: try fileSystem.synchronizeDirectory(path)
        case .lock: return try performLock(path)
        default: return nil
        }
        return "done"
    }

    private func isDirectory(_ path: String) throws(IOFailure) -> Bool {
        try fileSystem.status(of: path)?.isDirectory ?? false
    }

    private mutating func performLock(_ path: String) throws(IOFailure) -> String {
        guard lock == nil else {
            lock = nil
            return "released"
        }
        lock = try fileSystem.lock(path)
        guard let lock else { return "locked by somebody" }
        try lock.describe("held")
        return try fileSystem.lock(path) == nil ? "locked" : "locked twice"
    }

    private func performOnFile(_ act: Act) throws(IOFailure) -> String {
        guard let file = files[act.file] else { return "no file" }
        let position = FilePosition(act.position)
        switch act.kind {
        case .write:
            try file.write([UInt8](repeating: act.fill, count: act.byteCount), at: position)
        case .writePieces:
            let bytes = (0..<act.byteCount).map { UInt8(truncatingIfNeeded: $0) }
            let third = act.byteCount / 3
            try file.write(
                [third..<act.byteCount, 0..<third / 2], of: bytes.rawSpan, at: position)
            try file.beginWriteback()
        case .read: return try file.read(act.byteCount, at: position).description
        case .size: return try "\(file.byteCount()) bytes"
        case .truncate: try file.truncate(to: act.position)
        case .reserve: try file.reserve(upTo: act.position)
        case .synchronize: try file.synchronize()
        case .map: return try map(file)
        default: break
        }
        return "done"
    }

    /// Only up to the end: what lies beyond is a signal there and zeros here.
    private func map(_ file: any File) throws(IOFailure) -> String {
        let byteCount = try file.byteCount()
        guard byteCount > 0 else { return "empty" }
        let region = try file.map(byteCount: byteCount)
        try region.populate(0..<byteCount)
        return (0..<byteCount).reduce(0) { digest, position in
            digest &* 31 &+ Int(region.bytes.bigEndian(UInt8.self, at: position))
        }.description
    }
}
