import Glibc
import NewswireLog
import NewswireTesting
import Testing

struct DirectoryLockTests {
    let directory: TemporaryDirectory
    let time = ManualTimeSource(wallClock: Timestamp(milliseconds: 1_700_000_000_000))

    init() throws { directory = try TemporaryDirectory() }

    private func lock() throws -> DirectoryLock {
        try DirectoryLock(of: directory.path, on: PosixFileSystem(), time: time)
    }

    private func holderOfRefusal() throws -> String? {
        let failure = #expect(throws: LogFailure.self) { _ = try lock() }
        guard case .locked(let path, let holder) = try #require(failure) else {
            Issue.record("\(String(describing: failure))")
            return nil
        }
        #expect(path == directory.path)
        return holder
    }

    @Test func `a second opening is told who has the directory`() throws {
        let first = try lock()
        let holder = try #require(try holderOfRefusal())
        #expect(holder.hasPrefix("process \(getpid()) ("))
        #expect(holder.hasSuffix(" since 2023-11-14T22:13:20Z"))
        first.release()
        try lock().release()
    }

    @Test func `a text that somebody tampered with is shown harmlessly`() throws {
        let first = try lock()
        let file = try PosixFileSystem().openFile(directory.path("LOCK"), .readWrite)
        try file.truncate(to: 0)
        #expect(try holderOfRefusal() == "a process that has not said which")
        try file.write(Array("evil\u{1b}[2J\nmore".utf8), at: .start)
        #expect(try holderOfRefusal() == "evil?[2J")
        first.release()
    }

    @Test func `a lock that cannot be made is a failure of the disk`() throws {
        let failure = #expect(throws: LogFailure.self) {
            _ = try DirectoryLock(
                of: directory.path("missing"), on: PosixFileSystem(), time: time)
        }
        guard case .inputOutput(nil, let reason) = try #require(failure) else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason == IOFailure(.lock, directory.path("missing/LOCK"), errorNumber: ENOENT))
    }
}
