import NewswireLog
import Testing

/// One record of odd bytes, and what is said of its parts.
private struct OddRecord {
    var length: Int64
    var keyLength: Int64
    var valueLength: Int64
    /// 1 to 10: the bytes that the timestamp takes.
    var timestampByteCount = 1

    /// The length, and as many bytes as it says (up to `bodyByteCountMax`), whatever then is cut.
    func bytes(bodyByteCountMax: Int = 60) -> [UInt8] {
        var body: [UInt8] = [0]
        body += [UInt8](repeating: 0x80, count: timestampByteCount - 1) + [0, 0]
        body.append(varint: keyLength)
        body += [UInt8](repeating: 3, count: Int(min(max(keyLength, 0), 40)))
        body.append(varint: valueLength)
        body += [UInt8](repeating: 5, count: Int(min(max(valueLength, 0), 40)))
        body += [UInt8](repeating: 0, count: bodyByteCountMax)
        var result: [UInt8] = []
        result.append(varint: length)
        return result + body[..<Int(min(max(length, 0), Int64(bodyByteCountMax)))]
    }
}

/// The reader has two ways: one for records with enough bytes behind them, one checks each
/// byte.
///
/// Here each odd record takes both, before the fence that makes a byte too far a crash.
@Suite struct RecordRunTests {
    private static let lengths: [Int64] = [-2, -1, 0, 1, 2, 3, 8, 20, 1 << 20, 1 << 30, 1 << 34]

    @Test(arguments: lengths)
    func `both ways of reading a record agree`(keyLength: Int64) {
        let fence = FencedBytes()
        for valueLength: Int64 in [-2, -1, 0, 1, 8, 1 << 30] {
            for length in Array(-1...24) + [Int64(1 << 30), 1 << 34] {
                for timestampByteCount in [1, 3, 11] {
                    let record = OddRecord(
                        length: length, keyLength: keyLength, valueLength: valueLength,
                        timestampByteCount: timestampByteCount)
                    let fast = outcome(record, hasOthersBehind: true, fence)
                    let careful = outcome(record, hasOthersBehind: false, fence)
                    #expect(fast == careful, "\(record)")
                }
            }
        }
    }

    // Enough bytes for the fast way, and none behind them: it must not look past the record.
    @Test func `a key or value that ends at the end is within its bounds`() {
        let fence = FencedBytes()
        var accepted = 0
        for keyLength: Int64 in 25...50 {
            for valueLength: Int64 in -1...12 {
                let record = OddRecord(length: 45, keyLength: keyLength, valueLength: valueLength)
                let isAccepted = outcome(record, hasOthersBehind: false, fence) != nil
                // Attributes, deltas and three lengths take six bytes, and the headers' count one.
                let isRight = keyLength + max(0, valueLength) + 6 <= 45
                #expect(!isAccepted || isRight, "\(record)")
                accepted += isAccepted ? 1 : 0
            }
        }
        #expect(accepted > 0)
    }

    @Test func `an integer of too many bits is refused both ways`() {
        let fence = FencedBytes()
        let filler = [UInt8](repeating: 0, count: 40)
        let fits: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]
        let tooLarge: [UInt8] = fits.dropLast() + [2]
        for (timestamp, isRight) in [(fits, true), (tooLarge, false)] {
            // Attributes, timestamp, offset delta, key, value and no headers.
            let short = [0] + timestamp + [0, 1, 1, 0]
            let long = [0] + timestamp + [0, 1, 80] + filler + [0]
            for body in [short, long] {
                var record: [UInt8] = []
                record.append(varint: Int64(body.count))
                #expect((read(record + body, recordCount: 1, fence) != nil) == isRight)
            }
        }
        // The offset delta likewise: 2^32 would be 0 if the upper bits got lost.
        let offset: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x20]
        #expect(read([22, 0, 0] + offset + [1, 1, 0, 0], recordCount: 1, fence) == nil)
    }

    /// The record as it is read; nil when it is refused.
    private func outcome(
        _ record: OddRecord, hasOthersBehind: Bool, _ fence: borrowing FencedBytes
    ) -> SampleRecord? {
        var bytes = record.bytes()
        let others = 4
        if hasOthersBehind {
            for number in 1...others { bytes += [12, 0, 0, UInt8(2 * number), 1, 1, 0] }
        }
        return read(bytes, recordCount: hasOthersBehind ? Int32(others) + 1 : 1, fence)
    }

    private func read(
        _ recordBytes: [UInt8], recordCount: Int32, _ fence: borrowing FencedBytes
    ) -> SampleRecord? {
        let batch = rawBatch(
            recordBytes: recordBytes, recordCount: recordCount, lastOffsetDelta: recordCount - 1)
        return fence.with(batch) { bytes -> SampleRecord? in
            var reader = RecordReader(
                bytes, source: sampleSource, position: .start, from: .zero,
                options: RecordReaderOptions())
            do throws(LogFailure) {
                guard let record = try reader.next() else { return nil }
                // Not the headers: the record has to be refused before somebody asks for them.
                var sample = SampleRecord()
                if let key = record.key { sample.key = [UInt8](copying: key) }
                if let value = record.value { sample.value = [UInt8](copying: value) }
                return sample
            } catch {
                return nil
            }
        }
    }
}
