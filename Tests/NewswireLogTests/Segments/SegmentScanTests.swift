import NewswireLog
import NewswireTesting
import Testing

struct SegmentScanTests {
    private func scan(
        _ bytes: [UInt8], expecting expected: Offset? = Offset(0), from position: Int = 0,
        limit: Int? = nil, order: SegmentScan.Order = .dense
    ) throws -> SegmentScan {
        let disk = SimulatedFileSystem()
        let file = try disk.openFile("/log", .createNew)
        try file.write(bytes, at: .start)
        return SegmentScan(
            file, from: FilePosition(position), expecting: expected, limit: limit ?? bytes.count,
            order: order)
    }

    private func batch(_ base: Int64, records: Int = 1, valueByteCount: Int = 10) throws -> [UInt8]
    {
        try sampleBatch(
            sampleRecords(records, valueByteCount: valueByteCount),
            .init(baseOffset: Offset(base)))
    }

    /// What a scan finds: base offsets, and the position of damage.
    private func found(_ scan: consuming SegmentScan) throws -> (bases: [Int64], damage: Int?) {
        var bases: [Int64] = []
        while let step = try scan.next() {
            switch step {
            case .batch(let header, _): bases.append(header.baseOffset.value)
            case .damage(_, let position): return (bases, position.value)
            }
        }
        return (bases, nil)
    }

    @Test func `batches are found one after the other`() throws {
        let bytes = try batch(0, records: 3) + batch(3) + batch(4, records: 2)
        let (bases, damage) = try found(scan(bytes))
        #expect(bases == [0, 3, 4])
        #expect(damage == nil)
    }

    @Test func `a file that is empty, or scanned from its end, holds nothing`() throws {
        #expect(try found(scan([])).bases == [])
        let bytes = try batch(0)
        #expect(try found(scan(bytes, from: bytes.count)).bases == [])
    }

    @Test func `every cut of the last batch is damage at its beginning`() throws {
        let first = try batch(0)
        let bytes = try first + batch(1)
        for count in first.count + 1..<bytes.count {
            let (bases, damage) = try found(scan(Array(bytes[..<count])))
            #expect(bases == [0] && damage == first.count)
        }
    }

    @Test func `every changed bit is damage, but for the epoch`() throws {
        // Bits 96 to 127 are the leader epoch, which no checksum covers.
        let first = try batch(0)
        let bytes = try first + batch(1)
        for bit in 0..<first.count * 8 where !(96..<128).contains(bit) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let (bases, damage) = try found(scan(changed))
            #expect(bases == [] && damage == 0, "bit \(bit)")
        }
    }

    @Test func `zeros are damage`() throws {
        let bytes = try batch(0) + [UInt8](repeating: 0, count: 5000)
        #expect(try found(scan(bytes)).damage == batch(0).count)
    }

    @Test func `a compacted log may leave offsets out, a dense one may not`() throws {
        let bytes = try batch(0) + batch(7)
        #expect(try found(scan(bytes)).bases == [0])
        #expect(try found(scan(bytes, order: .increasing)).bases == [0, 7])
        let back = try batch(7) + batch(0)
        #expect(try found(scan(back, order: .increasing)).bases == [7])
        #expect(try found(scan(bytes, expecting: nil)).bases == [0])
    }

    @Test func `what appends left has a record for each offset`() throws {
        // Readers follow the counts from batch to batch: what recovery keeps they must be able to.
        var sparse = try batch(0, records: 3)
        sparse[RecordBatchLayout.lastOffsetDelta.upperBound - 1] = 4
        let bytes = try withChecksum(sparse) + batch(5)
        #expect(try found(scan(bytes)).bases == [0, 5])
        #expect(try found(scan(bytes, order: .appended)).damage == 0)
        let dense = try batch(0, records: 3) + batch(3)
        #expect(try found(scan(dense, order: .appended)).bases == [0, 3])
    }

    @Test func `a batch larger than the window is read whole`() throws {
        let bytes = try batch(0) + batch(1, records: 300, valueByteCount: 4000) + batch(301)
        #expect(bytes.count > 1 << 20)
        #expect(try found(scan(bytes)).bases == [0, 1, 301])
    }

    @Test func `a length that the file does not have takes no memory`() throws {
        // Two GiB in a header, a hundred bytes in the file.
        var bytes = try batch(0)
        bytes.replaceSubrange(8..<12, with: [0x7f, 0xff, 0xff, 0x00])
        #expect(try found(scan(bytes)).damage == 0)
    }

    @Test func `a file that became shorter under the scan ends in damage`() throws {
        let bytes = try batch(0) + batch(1)
        let (bases, damage) = try found(scan(bytes, limit: bytes.count + 100))
        #expect(bases == [0, 1] && damage == bytes.count)
    }

    @Test func `the last batch's bytes are lent`() throws {
        let bytes = try batch(0) + batch(1, records: 4)
        var scan = try scan(bytes)
        _ = try scan.next()
        let first = [UInt8](copying: scan.batch)
        _ = try scan.next()
        let second = [UInt8](copying: scan.batch)
        #expect(first + second == bytes)
        #expect(scan.position.value == bytes.count && scan.expected == Offset(5))
    }

    @Test func `it goes on elsewhere when it is told to`() throws {
        var bytes = try batch(0) + batch(1) + batch(2)
        let size = try batch(0).count
        bytes[size + 70] ^= 1
        var scan = try scan(bytes)
        _ = try scan.next()
        guard case .damage? = try scan.next() else {
            Issue.record("the damage was not found")
            return
        }
        scan.move(to: FilePosition(2 * size), expecting: nil)
        guard case .batch(let header, _)? = try scan.next() else {
            Issue.record("the batch behind it was not found")
            return
        }
        #expect(header.baseOffset == Offset(2))
    }
}
