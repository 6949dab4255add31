import NewswireLog
import NewswireTesting
import Testing

@Suite struct RedoHeadTests {
    private func head(entryCount: Int, seed: UInt64 = 1) -> RedoHead {
        var random = SeededRandom(seed: seed)
        let entries = (0..<entryCount).map { number in
            let identity = PartitionIdentity(
                id: Int64(number), topicID: TopicID(high: random.next(), low: random.next()))
            var entry = RedoHead.Entry(
                TopicPartition("topic.\(number)-ä", number), identity: identity)
            entry.logStartOffset = Offset(.random(in: 0 ... .max, using: &random))
            entry.recoveryPoint = Offset(.random(in: 0 ... .max, using: &random))
            entry.recoverySegment = Offset(.random(in: 0 ... .max, using: &random))
            entry.recoveryPosition = FilePosition(.random(in: 0..<1 << 31, using: &random))
            entry.leaderEpoch = .random(in: -1...Int32.max, using: &random)
            return entry
        }
        return RedoHead(
            directoryID: TopicID(high: random.next(), low: random.next()),
            generation: random.next(), isClean: seed % 2 == 0,
            wallClock: Timestamp(milliseconds: .random(in: 0..<1 << 45, using: &random)),
            entries: entries)
    }

    /// The length of the head without what fills its last page.
    private func byteCount(of bytes: [UInt8]) -> Int {
        let field = RedoHead.Layout.byteCount
        return Int(bytes.rawSpan.bigEndian(UInt32.self, at: field.lowerBound))
    }

    /// `bytes` with others from `position` on and a checksum that is right again.
    private func patched(_ bytes: [UInt8], at position: Int, _ patch: [UInt8]) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(position..<position + patch.count, with: patch)
        let end = byteCount(of: bytes) - 4
        var crc: [UInt8] = []
        crc.append(bigEndian: CRC32C.checksum(of: result.rawSpan.extracting(0..<end)))
        result.replaceSubrange(end..<end + 4, with: crc)
        return result
    }

    private func failure(of bytes: [UInt8]) -> FormatFailure? {
        do throws(FormatFailure) {
            _ = try RedoHead(bytes.rawSpan)
            return nil
        } catch { return error }
    }

    private func isDamage(_ failure: FormatFailure?) -> Bool {
        if case .damaged? = failure { true } else { false }
    }

    @Test(arguments: [0, 1, 45, 1000])
    func `a head fills whole pages, and what follows is not its own`(entryCount: Int) throws {
        let head = head(entryCount: entryCount)
        let bytes = head.encoded
        #expect(bytes.count % 4096 == 0)
        let padding = bytes[byteCount(of: bytes)...]
        #expect(padding.count < 4096)
        #expect(padding.allSatisfy { $0 == 0 })
        let groups = [UInt8](repeating: 0xa5, count: 8192)
        #expect(try RedoHead((bytes + groups).rawSpan) == head)
    }

    // These have the right checksum: whoever wrote them had a mistake. Bytes behind the last entry
    // were passed over once.
    @Test func `names and counts that do not fit are refused`() {
        typealias Layout = RedoHead.EntryLayout
        let bytes = head(entryCount: 2).encoded
        let first = RedoHead.Layout.headerByteCount
        for name in [[0xff, 0xff], [0, 0], [0, 1]] as [[UInt8]] {
            let bad = patched(bytes, at: first + Layout.nameByteCount.lowerBound, name)
            #expect(isDamage(failure(of: bad)), "a name of \(name) bytes")
        }
        for count in [0, 1, 3, 0xff] as [UInt8] {
            let place = RedoHead.Layout.entryCount.lowerBound
            let bad = patched(bytes, at: place, [count == 0xff ? 0xff : 0, 0, 0, count])
            #expect(isDamage(failure(of: bad)), "\(count) entries")
        }
    }
}

/// The folder with the heads.
@Suite struct RedoDirectoryTests {
    private let temporary: TemporaryDirectory
    private let fileSystem = PosixFileSystem()

    init() throws { temporary = try TemporaryDirectory() }

    private var redo: RedoDirectory { RedoDirectory(in: temporary.path, on: fileSystem) }

    private func write(_ generations: ClosedRange<UInt64>) throws {
        var known = try redo.load().generations
        for generation in generations {
            let head = RedoHead(
                directoryID: TopicID(high: 1, low: 2), generation: generation, isClean: true,
                wallClock: .absent, entries: [])
            try redo.write(head, keeping: &known)
        }
    }

    private func path(_ generation: Int) -> String {
        let digits = String(generation)
        return temporary.path("commit/" + String(repeating: "0", count: 20 - digits.count) + digits)
            + ".head"
    }

    private func damage(_ generation: Int) throws {
        let file = try fileSystem.openFile(path(generation), .readWrite)
        try file.write([0xa5], at: FilePosition(50))
    }

    // The damaged head counted as one of the two that stay: the next write removed the good one.
    @Test func `a damaged head is never the fallback`() throws {
        try write(1...5)
        try damage(5)
        let found = try redo.load()
        let moved = try redo.quarantine(found)
        #expect(moved.count == 1)
        try write(6...6)
        #expect(try redo.load().generations == [4, 6])
        try damage(6)
        #expect(try redo.load().newest?.generation == 4)
    }

    @Test func `a damaged head is set aside with the reason`() throws {
        try write(1...2)
        try damage(2)
        _ = try redo.quarantine(try redo.load())
        let names = Set(try fileSystem.entries(of: temporary.path("quarantine")).map(\.name))
        let name = "commit.00000000000000000002.head"
        #expect(names == [name, "\(name).reason"])
        #expect(try redo.load().isClean)
    }

    @Test func `when all heads are damaged that is not a new directory`() throws {
        try write(1...2)
        try damage(1)
        try damage(2)
        let found = try redo.load()
        #expect(found.newest == nil)
        #expect(!found.isClean)
        #expect(found.lastGeneration == 2)
    }
}
