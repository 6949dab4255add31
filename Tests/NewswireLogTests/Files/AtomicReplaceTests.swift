import Glibc
import NewswireLog
import NewswireTesting
import Testing

struct AtomicReplaceTests {
    let directory: TemporaryDirectory
    let fileSystem = PosixFileSystem()

    init() throws { directory = try TemporaryDirectory() }

    private func replace(_ name: String, with text: String) throws {
        try AtomicReplace.write(Array(text.utf8).rawSpan, to: directory.path(name), on: fileSystem)
    }

    private func text(_ name: String) throws -> String {
        let bytes = try fileSystem.contents(of: directory.path(name), byteCountMax: 99)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a file is made and replaced as a whole`() throws {
        try replace("file", with: "a long first text")
        #expect(try text("file") == "a long first text")
        try replace("file", with: "second")
        #expect(try text("file") == "second")
        #expect(try fileSystem.entries(of: directory.path).map(\.name) == ["file"])
    }

    @Test func `the copy of an interrupted replacement does no harm`() throws {
        let copy = directory.path("file" + AtomicReplace.temporarySuffix)
        let left = try fileSystem.openFile(copy, .createNew)
        try left.write(Array("a long text that was never finished".utf8), at: .start)
        try replace("file", with: "short")
        #expect(try text("file") == "short")
    }

    @Test(arguments: [("a/b/c", "a/b"), ("/a", "/"), ("a", "."), ("/a/b", "/a")])
    func `a path names its directory`(path: String, parent: String) {
        #expect(directory(of: path) == parent)
    }

    private func directory(of path: String) -> String { NewswireLog::directory(of: path) }
}
