import NewswireLog
import NewswireTesting
import Testing

/// A group as it stands in a redo file.
struct CommittedGroupTests {
    static let path = "/data/commit/00000000000000000001.redo"

    let disk: SimulatedFileSystem
    let store: LogStore
    let stores = KeptStores()
    let bytes: [UInt8]
    let seed: UInt32

    init() throws {
        let time = ManualTimeSource()
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
        stores.keep(store)
        try store.open().append(0)
        bytes = try disk.openFile(Self.path, .read).read(
            RedoGroup.pageByteCount, at: FilePosition(RedoGroup.pageByteCount))
        let head = try #require(try RedoDirectory(in: store.path, on: disk).load().newest)
        seed = RedoGroup.seed(directoryID: head.directoryID, fileNumber: 1)
    }

    @Test func `it says what was appended, and where that goes`() throws {
        let group = try RedoGroup(bytes.rawSpan, seed: seed)
        #expect(group.fileNumber == 1 && group.sequence == 1)
        #expect(group.pagesByteCount == RedoGroup.pageByteCount)
        let target = try #require(group.targets.first)
        #expect(target.partition == LogStore.partition && target.identity == LogStore.identity)
        let entry = try #require(group.entries.first)
        #expect(group.entries.count == 1 && entry.kind == .data)
        #expect(entry.position == .start && entry.nextOffset == Offset(1))
        let segment = try disk.contents(
            of: "/data/orders-0/00000000000000000000.log", byteCountMax: 1 << 20)
        #expect(Array(bytes[entry.start..<entry.start + entry.byteCount]) == segment)
    }

    @Test func `one bit of every byte of it`() throws {
        let byteCount = try RedoGroup(bytes.rawSpan, seed: seed).byteCount
        for byte in 0..<byteCount {
            var damaged = bytes
            damaged[byte] ^= 1 << UInt8(byte % 8)
            #expect(throws: FormatFailure.self, "byte \(byte)") {
                try RedoGroup(damaged.rawSpan, seed: seed)
            }
        }
    }

    @Test func `one that ends at every byte is none`() throws {
        let byteCount = try RedoGroup(bytes.rawSpan, seed: seed).byteCount
        for count in 0..<byteCount {
            #expect(throws: FormatFailure.self, "\(count) bytes") {
                try RedoGroup(Array(bytes[..<count]).rawSpan, seed: seed)
            }
        }
    }

    @Test func `a group of another file is none of this one`() throws {
        let byteCount = try RedoGroup(bytes.rawSpan, seed: seed).byteCount
        #expect(RedoGroup.claimedByteCount(bytes.rawSpan, fileNumber: 1) == byteCount)
        #expect(RedoGroup.claimedByteCount(bytes.rawSpan, fileNumber: 2) == nil)
        let head = try #require(try RedoDirectory(in: store.path, on: disk).load().newest)
        let others = [
            RedoGroup.seed(directoryID: head.directoryID, fileNumber: 2),
            RedoGroup.seed(directoryID: .random(), fileNumber: 1),
        ]
        for other in others {
            #expect(throws: FormatFailure.self) { try RedoGroup(bytes.rawSpan, seed: other) }
        }
    }
}
