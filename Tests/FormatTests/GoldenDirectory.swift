import Foundation
import NewswireLog
import NewswireTesting

/// A golden directory among the fixtures: `data/` as it was written, `expected/` what is in it.
struct GoldenDirectory {
    let folder: URL

    /// The directory `name` of the fixtures.
    init(_ name: String) {
        folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/\(name)")
    }

    /// The data directory; nothing may write to it.
    var data: String { folder.appending(path: "data").path() }

    /// A copy of the data directory that a test may open and change, as `name` in `temporary`.
    func copy(in temporary: TemporaryDirectory, as name: String = "data") throws -> String {
        let path = temporary.path(name)
        try FileManager.default.copyItem(atPath: data, toPath: path)
        return path
    }

    /// The lines of a file of `expected/`.
    func expected(_ name: String) throws -> [String] {
        let file = folder.appending(path: "expected/\(name)")
        return try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    /// What a file of records in `expected/` says of each record's place.
    func timesAndOffsets(of name: String) throws -> [(timestamp: Int64, offset: Int64)] {
        struct Line: Decodable {
            let timestamp: Int64
            let offset: Int64
        }
        return try expected(name).map { line in
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            return (line.timestamp, line.offset)
        }
    }

    /// Replaces a file of `expected/`.
    func write(_ lines: [String], toExpected name: String) throws {
        let file = folder.appending(path: "expected/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try lines.map { $0 + "\n" }.joined().write(to: file, atomically: true, encoding: .utf8)
    }

    /// Replaces the data directory with a copy of the one at `path`.
    func replaceData(with path: String) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: folder.path()) { try manager.removeItem(at: folder) }
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        try manager.copyItem(atPath: path, toPath: data)
        // It says who wrote it, which is nobody's business.
        let lock = "\(data)/\(DirectoryLock.fileName)"
        if manager.fileExists(atPath: lock) { try manager.removeItem(atPath: lock) }
        try shortenRedoFiles()
    }

    /// Leaves out the zeros behind the last group, which are most of a redo file.
    private func shortenRedoFiles() throws {
        for file in try contents(of: data).keys where file.hasSuffix(".redo") {
            let url = URL(filePath: "\(data)/\(file)")
            let bytes = Array(try Data(contentsOf: url))
            let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
            try Data(bytes.prefix(RedoGroup.wholePages(used))).write(to: url)
        }
    }
}

/// The bytes of all files below a folder, by their paths in it.
func contents(of folder: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
        let file = "\(folder)/\(path)"
        if let status = try PosixFileSystem().status(of: file), !status.isDirectory {
            contents[path] = try Data(contentsOf: URL(filePath: file))
        }
    }
    return contents
}
