import NewswireLog
import NewswireTesting
import Testing

/// What an opening makes of the commit log.
struct ReplayedDamageTests {
    static let redo = "/data/commit/00000000000000000001.redo"
    static let page = RedoGroup.pageByteCount

    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore
    let stores = KeptStores()

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
        stores.keep(store)
    }

    private func reopen(_ disk: SimulatedFileSystem) throws -> (PartitionLog, LogStore) {
        let store = LogStore(on: disk, time: time)
        stores.keep(store)
        return (try store.open(), store)
    }

    /// A disk that lost all but the commit log, with `count` records in as many groups.
    private func crashed(_ count: Int) throws -> SimulatedFileSystem {
        let log = try store.open()
        for number in 0..<count { try log.append(number) }
        return disk.crash(.dropped, seed: 1)
    }

    private func redoDamage(_ store: LogStore) -> [DamagedRedo] {
        store.events.all.compactMap { event in
            if case .redoDamaged(let damage) = event { damage } else { nil }
        }
    }

    @Test func `a torn group is the end, and nothing is told of it`() throws {
        let image = try crashed(3)
        let group = try image.openFile(Self.redo, .read).read(
            Self.page, at: FilePosition(3 * Self.page))
        let claimed = RedoGroup.claimedByteCount(group.rawSpan, fileNumber: 1)
        let groupByteCount = try #require(claimed)
        for byteCount in 0..<groupByteCount + 10 {
            let copy = image.crash(.killed, seed: 1)
            let file = try copy.openFile(Self.redo, .readWrite)
            try file.truncate(to: 3 * Self.page + byteCount)
            let isWhole = byteCount >= groupByteCount
            let (log, found) = try reopen(copy)
            #expect(try log.values() == recordTexts(0..<(isWhole ? 3 : 2)), "\(byteCount) bytes")
            #expect(redoDamage(found).isEmpty)
        }
    }

    @Test func `a group that went bad is told of, and those behind it count`() throws {
        let image = try crashed(3)
        try image.flipBit(8 * (2 * Self.page + 100), of: Self.redo)
        let (log, found) = try reopen(image)
        let damage = try #require(redoDamage(found).first)
        #expect(damage.path == Self.redo && damage.position == FilePosition(2 * Self.page))
        #expect(damage.byteCount == Self.page)
        #expect(log.offsets.logEndOffset == Offset(3))
        #expect(try log.values(from: Offset(2)) == recordTexts(2..<3))
    }

    @Test func `what a missing group held is told as lost, in segments that ended, too`() throws {
        // Those before the recovery point, which the groups behind had moved, were believed unread.
        let log = try store.open { $0.segmentBytes = 400 }
        for number in 0..<30 { try log.append(number) }
        #expect(log.storage.segmentCount > 4)
        let image = disk.crash(.dropped, seed: 1)
        for group in [2, 3, 15, 29] {
            let copy = image.crash(.killed, seed: 1)
            try copy.flipBit(8 * ((group + 1) * Self.page + 100), of: Self.redo)
            let found = LogStore(on: copy, time: time)
            stores.keep(found)
            let again = try found.open { $0.segmentBytes = 400 }
            let lost = found.report.partitions.flatMap(\.lost).map(\.offsets)
            let expected = Offset(Int64(group))..<Offset(Int64(group) + 1)
            #expect(group == 29 ? lost.isEmpty : lost == [expected], "group \(group)")
            #expect(again.offsets.logEndOffset == Offset(group == 29 ? 29 : 30))
        }
    }

    @Test func `an older group behind the last one does not count`() throws {
        // A sector that never arrived shows what was there before: the numbers of groups would
        // begin again where that one was.
        let image = try crashed(3)
        let first = try image.openFile(Self.redo, .read).read(
            Self.page, at: FilePosition(Self.page))
        try image.overwrite(Self.redo, at: FilePosition(4 * Self.page), with: first)
        let (log, found) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<3))
        #expect(redoDamage(found).isEmpty)
        let head = try #require(try RedoDirectory(in: "/data", on: image).load().newest)
        #expect(head.lastSequence == 3)
    }

    @Test func `a redo file whose first page went bad is replayed, and missed by nobody`() throws {
        // It was set aside as a head that is damaged; then the redo file that was to be used again
        // was not there, and the directory could not be closed in order.
        let image = try crashed(3)
        try image.flipBit(5, of: Self.redo)
        let (log, found) = try reopen(image)
        #expect(try log.values() == recordTexts(0..<3))
        for number in 3..<6 {
            try log.append(number)
            time.advance(by: .seconds(20))
            found.directory?.runMaintenance()
        }
        let failures = found.events.all.filter { event in
            if case .maintenanceFailed = event { true } else { false }
        }
        #expect(failures.isEmpty)
        try found.close()
        let (again, _) = try reopen(image)
        #expect(try again.values() == recordTexts(0..<6))
    }

    @Test func `what is deleted does not come back in place of what has its name now`() throws {
        // Without the entry that says so, the records of the old topic were brought back first, and
        // the directory, whose metadata the power failure had taken, was made theirs.
        let old = try store.open()
        for number in 0..<3 { try old.append(number) }
        let directory = try #require(store.directory)
        try directory.deletePartition(LogStore.partition)
        let identity = PartitionIdentity(id: 8, topicID: TopicID(high: 1, low: 3))
        let log = try store.open(LogStore.partition, identity)
        for number in 10..<12 { try log.append(number) }
        let image = disk.crash(.killed, seed: 1)
        try image.remove("/data/orders-0/\(PartitionMetadataFile.fileName)")

        let found = LogStore(on: image, time: time)
        stores.keep(found)
        let opened = try LogDirectory.open(at: "/data", found.options)
        try opened.retire(LogStore.partition, topicID: LogStore.identity.topicID)
        let again = try opened.openPartition(
            LogStore.partition, identity: identity, LogConfiguration())
        try opened.finishOpening()
        defer { opened.abandon() }
        #expect(try again.values() == recordTexts(10..<12))
    }
}
