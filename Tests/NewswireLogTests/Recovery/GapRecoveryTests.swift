import NewswireLog
import NewswireTesting
import Testing

@Suite struct GapRecoveryTests {
    // A synced segment was shortened by somebody else. Recovery went on behind the lost records in
    // a new segment; but a clean close before the next append forgot that, the next open appended
    // to the shortened segment, and its records could not be read.
    @Test func `appends go on behind lost records after any number of clean closes`() throws {
        let store = try LogStore()
        var log = try store.open()
        for number in 0..<10 { try log.append(number) }
        try store.close()
        let segment = "\(store.path)/\(LogStore.partition)/00000000000000000000.log"
        let file = try PosixFileSystem().openFile(segment, .readWrite)
        try file.truncate(to: try file.byteCount() / 2)
        _ = try store.open()
        #expect(store.report.partitions.flatMap(\.lost).count == 1)
        for _ in 0..<2 {
            try store.close()
            log = try store.open()
            #expect(store.report.wasClean)
        }
        #expect(log.offsets.logEndOffset == Offset(10))
        try log.append(10)
        #expect(try log.values(from: Offset(10)) == ["record 10"])
        try store.close()
        log = try store.open()
        #expect(try log.values(from: Offset(10)) == ["record 10"])
        try store.close()
    }
}
