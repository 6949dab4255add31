import Glibc
import NewswireLog
import NewswireTesting
import Testing

struct PosixFileSystemTests {
    let directory: TemporaryDirectory
    let fileSystem = PosixFileSystem()

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try fileSystem.openFile(directory.path(name), .createOrOpen).write(bytes, at: .start)
    }

    @Test func `a mode says whether the file has to exist`() throws {
        let path = directory.path("file")
        #expect(throws: IOFailure(.open, path, errorNumber: ENOENT)) {
            _ = try fileSystem.openFile(path, .read)
        }
        #expect(throws: IOFailure(.open, path, errorNumber: ENOENT)) {
            _ = try fileSystem.openFile(path, .readWrite)
        }
        _ = try fileSystem.openFile(path, .createOrOpen)
        _ = try fileSystem.openFile(path, .createOrOpen)
        #expect(throws: IOFailure(.create, path, errorNumber: EEXIST)) {
            _ = try fileSystem.openFile(path, .createNew)
        }
    }

    @Test func `a directory lists files and directories`() throws {
        try write([1], to: "file")
        try fileSystem.createDirectory(directory.path("inner"))
        #expect(
            try Set(fileSystem.entries(of: directory.path)) == [
                DirectoryEntry(name: "file", isDirectory: false),
                DirectoryEntry(name: "inner", isDirectory: true),
            ])
    }

    @Test func `a directory that is there already is fine, a file is not`() throws {
        try fileSystem.createDirectory(directory.path("inner"))
        try fileSystem.createDirectory(directory.path("inner"))
        try write([], to: "file")
        let path = directory.path("file")
        #expect(throws: IOFailure(.createDirectory, path, errorNumber: EEXIST)) {
            try fileSystem.createDirectory(path)
        }
    }

    @Test func `a status tells kind, size and time, or that there is nothing`() throws {
        let before = SystemTimeSource().wallClock().milliseconds
        try write([1, 2, 3], to: "file")
        let file = try #require(try fileSystem.status(of: directory.path("file")))
        #expect(!file.isDirectory)
        #expect(file.byteCount == 3)
        // The kernel stamps files with its tick, which may be some milliseconds behind.
        #expect((before - 1000...before + 60_000).contains(file.modified.milliseconds))
        #expect(try fileSystem.status(of: directory.path)?.isDirectory == true)
        #expect(try fileSystem.status(of: directory.path("nothing")) == nil)
        let beyond = directory.path("file/beyond")
        #expect(throws: IOFailure(.status, beyond, errorNumber: ENOTDIR)) {
            _ = try fileSystem.status(of: beyond)
        }
    }

    @Test func `a rename replaces what has the name`() throws {
        try write([1], to: "new")
        try write([2, 2], to: "old")
        try fileSystem.rename(directory.path("new"), to: directory.path("old"))
        #expect(try fileSystem.contents(of: directory.path("old"), byteCountMax: 9) == [1])
        #expect(try fileSystem.status(of: directory.path("new")) == nil)
    }

    @Test func `files and empty directories are removed`() throws {
        try fileSystem.createDirectory(directory.path("inner"))
        try write([], to: "inner/file")
        let inner = directory.path("inner")
        #expect(throws: IOFailure(.remove, inner, errorNumber: ENOTEMPTY)) {
            try fileSystem.removeDirectory(inner)
        }
        try fileSystem.remove(directory.path("inner/file"))
        try fileSystem.removeDirectory(inner)
        #expect(try fileSystem.entries(of: directory.path).isEmpty)
        #expect(throws: IOFailure(.remove, inner, errorNumber: ENOENT)) {
            try fileSystem.remove(inner)
        }
    }

    @Test func `a directory is synced, and one that cannot be fails`() throws {
        try fileSystem.synchronizeDirectory(directory.path)
        #expect(throws: IOFailure(.synchronizeDirectory, "/proc", errorNumber: EINVAL)) {
            try fileSystem.synchronizeDirectory("/proc")
        }
    }

    @Test func `a lock is given once, in this process, too`() throws {
        let path = directory.path("lock")
        let first = try #require(try fileSystem.lock(path))
        #expect(try fileSystem.lock(path) == nil)
        first.release()
        first.release()
        let second = try #require(try fileSystem.lock(path))
        try second.describe("a longer text")
        try second.describe("short")
        #expect(try fileSystem.contents(of: path, byteCountMax: 99) == Array("short".utf8))
    }

    @Test func `a dropped lock is free`() throws {
        let path = directory.path("lock")
        do { _ = try #require(try fileSystem.lock(path)) }
        #expect(try fileSystem.lock(path) != nil)
    }
}
