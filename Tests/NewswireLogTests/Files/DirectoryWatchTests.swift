import Glibc
import NewswireLog
import NewswireTesting
import Testing

struct DirectoryWatchTests {
    typealias Wake = DirectoryWatch.Wake

    let directory: TemporaryDirectory
    let fileSystem = PosixFileSystem()
    let watch: DirectoryWatch

    init() throws {
        directory = try TemporaryDirectory()
        watch = try DirectoryWatch()
    }

    private func newDirectory(_ name: String) throws -> String {
        try fileSystem.createDirectory(directory.path(name))
        return directory.path(name)
    }

    private func wait(_ duration: Duration = .seconds(60)) throws -> Wake {
        try watch.wait(until: SystemTimeSource().instant() + duration)
    }

    /// Takes what is told of an action that may be told in several portions.
    private func drain() throws {
        while try wait(.zero) != Wake() {}
    }

    @Test func `creating, writing, renaming and removing is told`() throws {
        let path = try newDirectory("a")
        try watch.add(path)
        try watch.add(path)
        let changes: [() throws -> Void] = [
            { _ = try fileSystem.openFile(path + "/file", .createNew) },
            { try fileSystem.openFile(path + "/file", .readWrite).write([1], at: .start) },
            { try fileSystem.rename(path + "/file", to: path + "/other") },
            { try fileSystem.remove(path + "/other") },
        ]
        for (number, change) in changes.enumerated() {
            try change()
            #expect(try wait() == Wake(changed: [path], isWoken: false), "change \(number)")
            try drain()
        }
    }

    @Test func `changes are told by directory`() throws {
        let paths = try ["a", "b", "c"].map(newDirectory)
        for path in paths { try watch.add(path) }
        _ = try fileSystem.openFile(paths[2] + "/file", .createNew)
        _ = try fileSystem.openFile(paths[0] + "/file", .createNew)
        #expect(try wait().changed == [paths[0], paths[2]])
    }

    @Test func `a removed directory is not told`() throws {
        let path = try newDirectory("a")
        try watch.add(path)
        watch.remove(path)
        watch.remove(path)
        _ = try fileSystem.openFile(path + "/file", .createNew)
        #expect(try wait(.zero) == Wake())
    }

    @Test func `a directory that goes is told once and can come back`() throws {
        let path = try newDirectory("a")
        try watch.add(path)
        try fileSystem.removeDirectory(path)
        #expect(try wait().changed == [path])
        try drain()
        _ = try newDirectory("a")
        try watch.add(path)
        _ = try fileSystem.openFile(path + "/file", .createNew)
        #expect(try wait().changed == [path])
    }

    @Test func `another thread ends the wait`() throws {
        let watch = watch
        let thread = try Thread.start(name: "waker") { watch.wake() }
        #expect(try wait() == Wake(changed: [], isWoken: true))
        thread.join()
        #expect(try wait(.zero) == Wake())
    }

    @Test func `a wait ends at its deadline, not before`() throws {
        let deadline = SystemTimeSource().instant() + .milliseconds(20)
        #expect(try watch.wait(until: deadline) == Wake())
        #expect(SystemTimeSource().instant() >= deadline)
    }

    @Test func `what is no directory cannot be watched`() throws {
        let missing = directory.path("missing")
        #expect(throws: IOFailure(.watch, missing, errorNumber: ENOENT)) {
            try watch.add(missing)
        }
        _ = try fileSystem.openFile(directory.path("file"), .createNew)
        let file = directory.path("file")
        #expect(throws: IOFailure(.watch, file, errorNumber: ENOTDIR)) { try watch.add(file) }
    }
}
