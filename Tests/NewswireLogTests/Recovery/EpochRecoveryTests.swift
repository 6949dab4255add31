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

    // The power failed before the first head: neither the metadata nor the epoch file had arrived,
    // so the segments were set aside, and nobody thought of the epoch file: it stayed damage.
    @Test(arguments: ["", "0\n1\n7 0\n"])
    func `epochs do not outlive the segments that were set aside`(found: String) throws {
        let store = try LogStore()
        let partition = TopicPartition("fresh", 0)
        let identity = PartitionIdentity(id: 8, topicID: TopicID(high: 9, low: 9))
        _ = try store.open()
        try store.open(partition, identity) { $0.durability = .written }.append(0)
        store.abandon()
        let folder = "\(store.path)/\(partition)"
        let path = "\(folder)/\(LeaderEpochTable.fileName)"
        try write("", to: "\(folder)/\(PartitionMetadataFile.fileName)")
        try write(found, to: path)
        _ = try store.open()
        let log = try store.open(partition, identity) { $0.durability = .written }
        #expect(log.offsets.logEndOffset == .zero)
        let report = store.report.partitions.first { $0.partition == partition }
        #expect(report?.quarantined.count == 1)
        #expect(try text(path) == "0\n0\n")
        try store.close()
    }

    private func write(_ text: String, to path: String) throws {
        let file = try PosixFileSystem().openFile(path, .readWrite)
        try file.truncate(to: 0)
        try file.write([UInt8](text.utf8).rawSpan, at: .start)
    }

    private func text(_ path: String) throws -> String {
        let bytes = try PosixFileSystem().contents(of: path, byteCountMax: 1000)
        return String(decoding: bytes, as: UTF8.self)
    }
}
