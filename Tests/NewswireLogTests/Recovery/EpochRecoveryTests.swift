import NewswireLog
import NewswireTesting
import Testing

@Suite struct EpochRecoveryTests {
    // A producer was killed after it had begun an epoch and before the epoch's first batch was
    // there: the file spoke of an epoch without records until the next append, and was damage to
    // everybody who verified it.
    @Test func `an epoch without records does not outlive recovery`() throws {
        let store = try LogStore()
        var log = try store.open { $0.durability = .written }
        for number in 0..<3 { try log.append(number) }
        store.abandon()
        let path = "\(store.path)/\(LogStore.partition)/\(LeaderEpochTable.fileName)"
        let file = try PosixFileSystem().openFile(path, .readWrite)
        try file.write([UInt8]("0\n2\n0 0\n1 3\n".utf8), at: .start)
        log = try store.open { $0.durability = .written }
        #expect(try text(path) == "0\n1\n0 0\n")
        try log.append(3)
        #expect(try text(path) == "0\n2\n0 0\n1 3\n")
        try store.close()
    }

    // Killed between creating the file and writing it, with no record after it: an empty table was
    // all there was to write, so nothing was written, and the empty file stayed damage.
    @Test func `an unreadable epoch file of a log without records is made again`() throws {
        let store = try LogStore()
        let log = try store.open { $0.durability = .written }
        try log.append(0)
        store.abandon()
        let fileSystem = PosixFileSystem()
        try fileSystem.remove("\(store.folder)/00000000000000000000.log")
        let path = "\(store.folder)/\(LeaderEpochTable.fileName)"
        try fileSystem.openFile(path, .readWrite).truncate(to: 0)
        _ = try store.open { $0.durability = .written }
        #expect(LeaderEpochTable(text: [UInt8](try text(path).utf8)) != nil)
        try store.close()
    }

    private func text(_ path: String) throws -> String {
        let bytes = try PosixFileSystem().contents(of: path, byteCountMax: 1000)
        return String(decoding: bytes, as: UTF8.self)
    }
}
