import NewswireLog
import NewswireTesting
import Testing

struct RedoGroupTests {
    /// Two targets; data of both, a direct batch, a removal.
    static let sample: SampleGroup = {
        var group = SampleGroup()
        group.fileNumber = 5
        group.sequence = 77
        var other = SampleGroup.Target()
        other.partition = TopicPartition("zahlungen-ä", 12)
        other.identity = PartitionIdentity(id: 9, topicID: TopicID(high: .max, low: 3))
        other.baseOffset = 1000
        group.targets = [SampleGroup.Target(), other]
        typealias Entry = SampleGroup.Entry
        group.entries = [
            Entry(target: 0, position: 0, nextOffset: 3, batch: [1, 2, 3]),
            Entry(
                target: 1, position: 500, nextOffset: 1004, batch: Array(repeating: 7, count: 90)),
            Entry(target: 0, position: 3, nextOffset: 4, batch: [4]),
            Entry(kind: 2, target: 1, position: 590, nextOffset: 1005, byteCount: 300_000),
            Entry(kind: 3, target: 0, nextOffset: 0),
        ]
        return group
    }()

    private func failure(of bytes: [UInt8], seed: UInt32 = sample.seed) -> FormatFailure? {
        do throws(FormatFailure) {
            _ = try RedoGroup(bytes.rawSpan, seed: seed)
            return nil
        } catch { return error }
    }

    @Test func `a group is read as the page says`() throws {
        let bytes = Self.sample.bytes
        let group = try RedoGroup(bytes.rawSpan, seed: Self.sample.seed)
        #expect(group.fileNumber == 5 && group.sequence == 77)
        #expect(group.byteCount == bytes.count && group.pagesByteCount == 4096)
        #expect(group.entries.map(\.kind) == [.data, .data, .data, .direct, .removal])
        #expect(group.entries.map(\.target) == [0, 1, 0, 1, 0])
        #expect(group.entries.map(\.position.value) == [0, 500, 3, 590, 0])
        #expect(group.entries.map(\.byteCount) == [3, 90, 1, 300_000, 0])
        #expect(group.entries.map(\.nextOffset.value) == [3, 1004, 4, 1005, 0])
        for (entry, sample) in zip(group.entries, Self.sample.entries) where entry.kind == .data {
            #expect(bytes[entry.start..<entry.start + entry.byteCount] == sample.batch[...])
        }
        #expect(group.targets.map(\.partition) == Self.sample.targets.map(\.partition))
        #expect(group.targets.map(\.identity) == Self.sample.targets.map(\.identity))
        #expect(group.targets.map(\.baseOffset.value) == [0, 1000])
    }

    @Test func `what follows a group is not its own`() throws {
        let group = try RedoGroup(Self.sample.bytes.rawSpan, seed: Self.sample.seed)
        let longer = Self.sample.pages + [UInt8](repeating: 0xa5, count: 5000)
        #expect(try RedoGroup(longer.rawSpan, seed: Self.sample.seed) == group)
    }

    @Test func `any bit that changes is noticed`() {
        let bytes = Self.sample.bytes
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(failure(of: changed) != nil, "bit \(bit)")
        }
    }

    @Test func `any cut is noticed`() {
        let bytes = Self.sample.bytes
        for count in bytes.indices { #expect(failure(of: Array(bytes[..<count])) != nil) }
        #expect(failure(of: bytes) == nil)
    }

    @Test func `a group of another file or directory is none`() {
        let bytes = Self.sample.bytes
        for number: UInt64 in [0, 4, 6, .max] {
            let id = SampleGroup.directoryID
            #expect(
                failure(of: bytes, seed: RedoGroup.seed(directoryID: id, fileNumber: number))
                    != nil)
        }
        let other = TopicID(high: 1, low: 1)
        #expect(
            failure(of: bytes, seed: RedoGroup.seed(directoryID: other, fileNumber: 5)) != nil)
    }

    /// Changes after which the checksum is right: whoever wrote it had a mistake, or wants harm.
    static let mistakes: [(String, @Sendable (inout SampleGroup) -> Void)] = [
        ("an unknown kind", { $0.entries[0].kind = 4 }),
        ("kind 0", { $0.entries[0].kind = 0 }),
        ("a target that is not there", { $0.entries[1].target = 2 }),
        ("the last target number", { $0.entries[1].target = .max }),
        ("a negative position", { $0.entries[0].position = -1 }),
        ("a position that overflows", { $0.entries[1].position = .max }),
        ("a negative offset", { $0.entries[0].nextOffset = -1 }),
        ("the last offset", { $0.entries[0].nextOffset = .max }),
        ("a batch beyond the entries", { $0.entries[2].byteCount = 200 }),
        ("the longest batch", { $0.entries[0].byteCount = .max }),
        (
            "a batch that is too short",
            {
                $0.entries[4].kind = 1; $0.entries[4].batch = [0]; $0.entries[4].byteCount = 0
            }
        ),
        ("one entry less", { $0.entryCount = 4 }),
        ("one entry more", { $0.entryCount = 6 }),
        ("the most entries", { $0.entryCount = .max }),
        ("one target less", { $0.targetCount = 1 }),
        ("one target more", { $0.targetCount = 3 }),
        ("the most targets", { $0.targetCount = .max }),
        ("targets in the fields", { $0.targetsPosition = 39 }),
        ("targets in an entry", { $0.targetsPosition = 41 }),
        ("targets beyond the end", { $0.targetsPosition = 5000 }),
        ("the last place for targets", { $0.targetsPosition = .max }),
        ("a name beyond the end", { $0.targets[1].nameByteCount = 200 }),
        ("the longest name", { $0.targets[0].nameByteCount = .max }),
        ("a name that is too short", { $0.targets[1].nameByteCount = 1 }),
        ("a negative partition", { $0.targets[0].partition = TopicPartition("a", -1) }),
        ("a negative segment", { $0.targets[0].baseOffset = -1 }),
        ("the last segment", { $0.targets[0].baseOffset = .max }),
        ("bytes behind the entries", { $0.gap = [0] }),
        ("bytes behind the targets", { $0.rest = [0] }),
    ]

    @Test(arguments: mistakes.indices)
    func `numbers that do not fit are damage, whatever the checksum says`(number: Int) {
        let (name, change) = Self.mistakes[number]
        var group = Self.sample
        change(&group)
        guard case .damaged? = failure(of: group.bytes) else {
            Issue.record("\(name) was read")
            return
        }
    }

    // MARK: As the commit log writes them

    /// The groups in the redo files of a disk, with their bytes.
    private func groups(on disk: SimulatedFileSystem) throws -> [(RedoGroup, [UInt8])] {
        var groups: [(RedoGroup, [UInt8])] = []
        for path in disk.paths where path.hasSuffix(".redo") {
            let bytes = try disk.contents(of: path, byteCountMax: .max)
            let header = try RedoFile.Header(bytes.rawSpan)
            var scan = try RedoScan(
                disk.openFile(path, .read), number: header.number, of: header.directoryID)
            #expect(scan.headerFailure == nil)
            while case .group(let group)? = try scan.next() { groups.append((group, scan.bytes)) }
        }
        return groups
    }

    @Test func `each append to a synced log stands in a group`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        let log = try store.open { $0.segmentBytes = 2000 }
        for number in 0..<40 { try log.append(number) }
        let groups = try groups(on: disk)
        #expect(groups.map(\.0.sequence) == Array(1...40))
        var bases: Set<Offset> = []
        for (number, (group, bytes)) in groups.enumerated() {
            let (entry, target) = (try #require(group.entries.first), group.targets[0])
            #expect(group.entries.count == 1 && group.targets.count == 1)
            #expect(entry.kind == .data && entry.nextOffset == Offset(Int64(number) + 1))
            #expect(target.partition == LogStore.partition && target.identity == LogStore.identity)
            bases.insert(target.baseOffset)
            let segment = try disk.contents(
                of: "\(store.folder)/\(SegmentFileName(target.baseOffset, .log))",
                byteCountMax: .max)
            let place = entry.position.value..<entry.position.value + entry.byteCount
            #expect(segment[place] == bytes[entry.start..<entry.start + entry.byteCount])
        }
        #expect(bases.count > 1)
    }

    @Test func `of a large batch the group has the place only`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        let log = try store.open()
        try log.append(0)
        try log.append { $0.append(key: nil, value: [UInt8](repeating: 1, count: 300_000)) }
        let groups = try groups(on: disk)
        let (group, bytes) = try #require(groups.last)
        let entry = try #require(group.entries.first)
        #expect(entry.kind == .direct && entry.nextOffset == Offset(2))
        #expect(entry.byteCount > 300_000 && bytes.count < 200)
        let segment = try disk.contents(
            of: "\(store.folder)/\(SegmentFileName(.zero, .log))", byteCountMax: .max)
        #expect(entry.position.value + entry.byteCount == segment.count)
    }

    @Test func `the end of a partition is in a group before its files go`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        try store.open().append(0)
        try store.directory?.deletePartition(LogStore.partition)
        let (group, _) = try #require(try groups(on: disk).last)
        #expect(group.entries.map(\.kind) == [.removal])
        #expect(group.targets.map(\.identity) == [LogStore.identity])
    }
}
