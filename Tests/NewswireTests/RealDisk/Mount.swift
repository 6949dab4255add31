import Foundation
import NewswireTesting
import Testing

/// A file system of a test's own, which goes with its owner.
final class Mount {
    /// Where it is mounted.
    let path: String
    private let arguments: [String]
    private var isMounted: Bool

    /// Mounts with `arguments` at a new folder; nil, and a line that says so, where that is not
    /// allowed.
    init?(_ path: String, _ arguments: String...) throws {
        self.path = path
        self.arguments = arguments
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        isMounted = try Self.run("mount", arguments + [path])
        guard isMounted else {
            print("SKIPPED: a mount takes root, and one of a file a loop device")
            return nil
        }
    }

    /// Mounts a new ext4 of `byteCount` bytes in a file of `folder`.
    static func ext4(in folder: TemporaryDirectory, byteCount: Int) throws -> Mount? {
        try unmountLeftovers()
        let image = folder.path("disk.image")
        try #require(FileManager.default.createFile(atPath: image, contents: nil))
        let file = try FileHandle(forWritingTo: URL(filePath: image))
        try file.truncate(atOffset: UInt64(byteCount))
        try file.close()
        guard try run("mkfs.ext4", ["-q", "-F", image]) else {
            print("SKIPPED: there is no mkfs.ext4 (e2fsprogs)")
            return nil
        }
        let path = folder.path("\(name)\(ProcessInfo.processInfo.processIdentifier)")
        return try Mount(path, "-t", "ext4", "-o", "loop", image)
    }

    private static let name = "newswire-disk-"

    /// Unmounts what tests left whose process was ended by force.
    private static func unmountLeftovers() throws {
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        let paths = mounts.split(separator: "\n").compactMap { $0.split(separator: " ")[1] }
        for path in paths {
            let parts = path.components(separatedBy: "/" + name)
            guard parts.count == 2, let process = Int(parts[1]) else { continue }
            guard !FileManager.default.fileExists(atPath: "/proc/\(process)") else { continue }
            _ = try run("umount", [String(path)])
        }
    }

    deinit {
        do {
            if isMounted { try unmount() }
        } catch { Issue.record(error) }
    }

    /// Unmounts; nobody may have a file of it open.
    func unmount() throws {
        isMounted = false
        guard try !Self.run("umount", [path]) else { return }
        // The mount goes with its last file, if not now; a test that leaves one open is wrong.
        let isDetached = try Self.run("umount", ["--lazy", path])
        Issue.record("\(path) was still in use when it was unmounted (\(isDetached))")
    }

    /// Mounts again what was unmounted: the file system's own recovery runs.
    func mountAgain() throws {
        isMounted = try Self.run("mount", arguments + [path])
        try #require(isMounted)
    }

    func remountReadOnly() throws -> Bool {
        try Self.run("mount", ["-o", "remount,ro,bind", path])
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
