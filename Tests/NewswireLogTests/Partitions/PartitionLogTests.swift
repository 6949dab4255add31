import NewswireLog
import NewswireTesting
import Testing

@Suite struct PartitionLogTests {
    @Test(arguments: Durability.allCases)
    func `what was appended is read back in order`(at level: Durability) throws {
        let store = try LogStore()
        let log = try store.open { $0.durability = level }
        for number in 0..<100 { try log.append(number) }
        try log.synchronize()
        #expect(try log.values() == (0..<100).map { "record \($0)" })
        #expect(log.offsets.highWatermark == Offset(100))
    }

    @Test func `a record that comes while a reader maps the segment is no damage`() throws {
        // Found: the file's size was compared with an end that an append had raised since, so that
        // the reader was told that somebody had cut the file.
        let system = HookedFileSystem()
        let store = try LogStore()
        store.options.fileSystem = system
        let log = try store.open { $0.durability = .written }
        try log.append(0)
        let once = Once()
        system.afterSize { _ in
            guard once.take() else { return }
            do { try log.append(1) } catch { Issue.record(error) }
        }
        #expect(try log.values() == recordTexts(0..<2))
        #expect(once.isDone)
        system.release()
        try store.close()
    }

    @Test func `a closed log opens as it was`() throws {
        let store = try LogStore()
        var log = try store.open { $0.segmentBytes = 1024 }
        for number in 0..<200 { try log.append(number) }
        try store.close()
        log = try store.open { $0.segmentBytes = 1024 }
        #expect(store.report.wasClean)
        #expect(!store.report.changedAnything)
        #expect(try log.values() == (0..<200).map { "record \($0)" })
        try log.append(200)
        #expect(try log.values(from: Offset(199)) == ["record 199", "record 200"])
        #expect(log.storage.segmentCount > 10)
    }

    @Test func `records are found by time`() throws {
        let store = try LogStore()
        let log = try store.open {
            $0.segmentBytes = 1024
            $0.retention = nil
        }
        for number in 0..<200 {
            try log.append { batch in
                batch.append(
                    key: nil, value: [UInt8]("x".utf8),
                    timestamp: Timestamp(milliseconds: Int64(1000 + number * 10)))
            }
        }
        for number in [0, 1, 77, 199] {
            let time = Timestamp(milliseconds: Int64(1000 + number * 10 - 5))
            let found = try #require(try log.firstOffset(at: time))
            #expect(found.offset == Offset(Int64(number)))
        }
        #expect(try log.firstOffset(at: Timestamp(milliseconds: 1_000_000)) == nil)
    }

    @Test func `a gzip topic reads back what was appended`() throws {
        let store = try LogStore()
        let log = try store.open { $0.compression = .gzip }
        try log.append { batch in
            for number in 0..<1000 {
                batch.append(key: nil, value: [UInt8]("record \(number)".utf8))
            }
        }
        #expect(try log.values() == (0..<1000).map { "record \($0)" })
        #expect(log.storage.byteCount < 10_000)
    }
}
