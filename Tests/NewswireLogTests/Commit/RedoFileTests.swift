import NewswireLog
import NewswireTesting
import Testing

/// The first page of a redo file, and the names of redo files.
struct RedoFileTests {
    let header = RedoFile.Header(directoryID: SampleGroup.directoryID, number: 0x1122_3344)

    private func failure(of bytes: [UInt8]) -> FormatFailure? {
        do throws(FormatFailure) {
            _ = try RedoFile.Header(bytes.rawSpan)
            return nil
        } catch { return error }
    }

    private func version(_ number: UInt16) -> [UInt8] {
        var bytes: [UInt8] = Array(header.encoded[RedoFile.Layout.magic])
        bytes.append(bigEndian: number)
        bytes +=
            header.encoded[RedoFile.Layout.reserved.lowerBound..<RedoFile.Layout.crc.lowerBound]
        bytes.append(bigEndian: CRC32C.checksum(of: bytes.rawSpan))
        return bytes
    }

    @Test func `the first page is read as it is written`() throws {
        #expect(try RedoFile.Header(header.encoded.rawSpan) == header)
        #expect(header.encoded.count == RedoGroup.pageByteCount)
        #expect(header.encoded.prefix(8) == [UInt8]("NWGROUPS".utf8)[...])
        #expect(header.encoded[RedoFile.Layout.byteCount...].allSatisfy { $0 == 0 })
    }

    @Test func `any bit that changes and any cut is noticed`() {
        let bytes = Array(header.encoded.prefix(RedoFile.Layout.byteCount))
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(failure(of: changed) != nil, "bit \(bit)")
        }
        for count in bytes.indices { #expect(failure(of: Array(bytes[..<count])) != nil) }
        #expect(failure(of: bytes) == nil)
    }

    @Test func `a later and an earlier version are different failures`() {
        #expect(failure(of: version(1)) == nil)
        #expect(failure(of: version(2)) == .tooNew(version: 2, newest: 1))
        #expect(failure(of: version(0)) == .tooOld(version: 0, oldest: 1))
    }

    @Test func `no redo file takes the name of a head of version 1, nor goes for one`() throws {
        // The first redo file replaced the only head of an unclean directory of version 1, under
        // whose name it then was; and when that head was to go, the redo file went: after a power
        // failure what had been acknowledged was lost.
        let disk = SimulatedFileSystem()
        let time = ManualTimeSource()
        let store = LogStore(on: disk, time: time)
        let format = DirectoryFormat(directoryID: SampleGroup.directoryID)
        let head = RedoHead(
            directoryID: SampleGroup.directoryID, generation: 1, isClean: false,
            wallClock: .absent, entries: [])
        let old = try disk.writeRedoFile(1, [], header: head.encoded)
        try AtomicReplace.write(format.encoded.rawSpan, to: "/data/newswire.format", on: disk)
        let log = try store.open()
        for number in 0..<6 {
            try log.append(number)
            // Heads are written, and the old one goes.
            try log.synchronize()
            time.advance(by: .seconds(60))
            store.directory?.runMaintenance()
        }
        #expect(!disk.paths.contains(old))
        try log.append(6)
        let image = disk.crash(.dropped, seed: 1)
        store.abandon()
        let crashed = LogStore(on: image, time: time)
        #expect(try crashed.open().values() == recordTexts(0..<7))
        crashed.abandon()
    }

    @Test func `a redo file whose mark went bad is no head`() throws {
        // It was taken for a damaged head and set aside while it was in use.
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        try store.open().append(0)
        let image = disk.crash(.dropped, seed: 1)
        store.abandon()
        let path = try #require(image.paths.first { $0.hasSuffix(".redo") })
        try image.flipBit(3, of: path)
        let crashed = LogStore(on: image)
        #expect(try crashed.open().values() == recordTexts(0..<1))
        #expect(crashed.report.quarantined.isEmpty)
        let damaged = crashed.events.all.compactMap { event in
            if case .redoDamaged(let damage) = event { damage.path } else { nil }
        }
        #expect(damaged == [path])
        crashed.abandon()
    }
}
