import NewswireLog
import NewswireTesting
import Testing

@Suite struct RecordReaderTests {
    @Test func `what was appended is read back`() throws {
        let records = [
            SampleRecord(key: nil, value: nil),
            SampleRecord(key: [], value: [], timestamp: 5),
            SampleRecord(
                key: [1], value: [UInt8](repeating: 7, count: 70_000),
                headers: [
                    SampleHeader(name: "type", value: Array("Order".utf8)),
                    SampleHeader(name: "", value: nil), SampleHeader(name: "naïve", value: []),
                ], timestamp: .max),
            SampleRecord(key: [2, 3], value: nil, timestamp: .min),
        ]
        let bytes = try sampleBatch(records, SampleSeal(baseOffset: Offset(70)))
        let read = try readAll(bytes)
        #expect(read.map(\.record) == records)
        #expect(read.map(\.offset) == [70, 71, 72, 73])
    }

    @Test(arguments: [CompressionCodec.none, .gzip])
    func `several batches are one run, read from any offset`(codec: CompressionCodec) throws {
        var bytes: [UInt8] = []
        for first in stride(from: 0, to: 90, by: 30) {
            bytes += try batch(of: 30, at: Int64(first), SampleSeal(codec: codec))
        }
        for from: Int64 in 0...91 {
            let offsets = try readAll(bytes, from: from).map(\.offset)
            #expect(offsets == Array(from..<max(from, 90)), "from \(from)")
        }
    }

    @Test func `no bytes hold no records`() throws {
        #expect(try readAll([]).isEmpty)
    }

    @Test func `control batches are left out, unless asked for`() throws {
        let marker = ControlRecord.abort(coordinatorEpoch: 3)
        let control = SampleRecord(key: marker.key, value: marker.value)
        let bytes =
            try batch(of: 2, at: 0)
            + sampleBatch([control], SampleSeal(kind: .transactionMarker, baseOffset: Offset(2)))
            + batch(of: 1, at: 3)
        #expect(try readAll(bytes).map(\.offset) == [0, 1, 3])
        var options = RecordReaderOptions()
        options.includesControlRecords = true
        #expect(try readAll(bytes, options).map(\.offset) == [0, 1, 2, 3])
        // Left out, but not believed: damage in one is a failure all the same.
        var damaged = bytes
        damaged[try batch(of: 2, at: 0).count + 70] ^= 1
        #expect(throws: LogFailure.self) { try readAll(damaged) }
    }

    @Test func `compacted batches have holes and may be empty`() throws {
        let empty = rawBatch(recordBytes: [], recordCount: 0, lastOffsetDelta: 9)
        let bytes =
            try rebased(empty, to: 0)
            + rebased(sparseBatch(deltas: [3, 7], last: 9), to: 10)
            + rebased(empty, to: 20) + batch(of: 1, at: 30)
        #expect(try readAll(bytes).map(\.offset) == [13, 17, 30])
        #expect(try readAll(bytes, from: 14).map(\.offset) == [17, 30])
        #expect(try readAll(bytes, from: 18).map(\.offset) == [30])
    }

    @Test func `a delete horizon is only a base for the times`() throws {
        var header = RecordBatchHeader()
        header.attributes.hasDeleteHorizon = true
        header.baseTimestamp = Timestamp(milliseconds: 90_000)
        let record: [UInt8] = [18, 0, 0xbf, 0xb8, 0x02, 0, 1, 2, 5, 0]
        header.byteCount += record.count
        header.recordCount = 1
        let bytes = withChecksum(encoded(header) + record)
        #expect(try readAll(bytes).map(\.record.timestamp) == [90_000 - 20_000])
    }

    @Test func `a failure names the place, again and again`() throws {
        let first = try batch(of: 3, at: 0)
        var bytes = try first + batch(of: 3, at: 3)
        bytes[first.count + 80] ^= 1
        var reader = RecordReader(
            bytes.rawSpan, source: sampleSource, position: FilePosition(4096), from: .zero,
            options: RecordReaderOptions())
        var count = 0
        var places: [String] = []
        while places.count < 3 {
            do throws(LogFailure) {
                guard try reader.next() != nil else { break }
                count += 1
            } catch {
                places.append(place(of: error))
            }
        }
        let expected = "orders-3 (orders-3/0.log) at \(4096 + first.count), offset 3"
        #expect(count == 3)
        #expect(places == [expected, expected, expected])
    }

    @Test func `without verifying, a damaged value is read and a damaged length is not`() throws {
        var options = RecordReaderOptions()
        options.verifiesChecksums = false
        var bytes = try batch(of: 3, at: 0)
        bytes[bytes.count - 5] ^= 1
        #expect(try readAll(bytes, options).count == 3)
        bytes[61] = 0x7f
        #expect(throws: LogFailure.self) { try readAll(bytes, options) }
    }

    @Test func `a batch that is cut is a failure`() throws {
        let bytes = try batch(of: 3, at: 0)
        for count in [1, 60, 61, bytes.count - 1] {
            #expect(throws: LogFailure.self) { try readAll(Array(bytes[..<count])) }
        }
    }

    @Test func `offsets do not come again`() throws {
        let bytes = try batch(of: 3, at: 5) + batch(of: 3, at: 7)
        let failure = failure { try readAll(bytes) }
        #expect(failure == .badBaseOffset(Offset(7), expected: Offset(8)))
        #expect(try readAll(batch(of: 3, at: 5) + batch(of: 3, at: 9)).count == 6)
    }

    @Test func `a header that does not fit its record is a failure of the record's headers`() throws
    {
        let record: [UInt8] = [18, 0, 0, 0, 1, 1, 2, 4, 0x61, 1]  // The name has two bytes.
        let bytes = rawBatch(recordBytes: record, recordCount: 1, lastOffsetDelta: 0)
        #expect(failure { try readAll(bytes) } == .badHeader(number: 0, position: 0))
    }

    @Test func `more records than the header says are a failure`() throws {
        let bytes = try sparseBatch(deltas: [3, 7], last: 9)
        let fewer = patched(bytes, at: RecordBatchLayout.recordCount.lowerBound, [0, 0, 0, 1])
        #expect(failure { try readAll(fewer) } == .badCounts(recordCount: 1, lastOffsetDelta: 9))
        let more = patched(bytes, at: RecordBatchLayout.recordCount.lowerBound, [0, 0, 0, 3])
        #expect(failure { try readAll(more) } == .badCounts(recordCount: 3, lastOffsetDelta: 9))
    }

    @Test func `batch by batch, each header comes with its records`() throws {
        let empty = rawBatch(recordBytes: [], recordCount: 0, lastOffsetDelta: 9)
        let first = try batch(of: 3, at: 0)
        let bytes =
            try first + rebased(empty, to: 3) + batch(of: 2, at: 13, SampleSeal(codec: .gzip))
        var reader = RecordReader(
            bytes.rawSpan, source: sampleSource, position: .start, from: .zero,
            options: RecordReaderOptions())
        var seen: [[Int64]] = []
        var positions: [Int] = []
        while let header = try reader.nextBatch() {
            positions.append(reader.batchPosition.value)
            seen.append([header.baseOffset.value])
            while let record = try reader.nextOfBatch() {
                seen[seen.count - 1].append(record.offset.value)
                if record.offset == Offset(1) { break }  // The rest is skipped.
            }
        }
        #expect(seen == [[0, 0, 1], [3], [13, 13, 14]])
        #expect(positions == [0, first.count, first.count + 61])
    }

    private func batch(
        of count: Int, at offset: Int64, _ seal: SampleSeal = .init()
    ) throws -> [UInt8] {
        var seal = seal
        seal.baseOffset = Offset(offset)
        return try sampleBatch(sampleRecords(count, valueByteCount: 40), seal)
    }

    private func sparseBatch(deltas: [Int64], last: Int32) throws -> [UInt8] {
        var records: [UInt8] = []
        for delta in deltas {
            records += [86, 0, 0, UInt8(2 * delta), 1, 74] + [UInt8](repeating: 1, count: 37) + [0]
        }
        return rawBatch(
            recordBytes: records, recordCount: Int32(deltas.count), lastOffsetDelta: last)
    }

    private func rebased(_ batch: [UInt8], to offset: Int64) -> [UInt8] {
        var base: [UInt8] = []
        base.append(bigEndian: offset)
        return base + batch[8...]
    }

    private func place(of failure: LogFailure) -> String {
        guard case .corrupt(let source, let position, let offset, .badChecksum) = failure else {
            return "\(failure)"
        }
        return "\(source) at \(position), offset \(offset.map { "\($0)" } ?? "unknown")"
    }

    private func failure(_ body: () throws -> [ReadRecord]) -> BatchFailure? {
        do {
            _ = try body()
            return nil
        } catch {
            guard case .corrupt(_, _, _, let failure)? = error as? LogFailure else { return nil }
            return failure
        }
    }
}
