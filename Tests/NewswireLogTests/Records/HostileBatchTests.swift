import NewswireLog
import NewswireTesting
import Testing

/// What a reader made of hostile bytes.
private struct Outcome {
    var recordCount = 0
    var isRefused = false
}

@Suite struct HostileBatchTests {
    @Test(arguments: [21, 22, 23] as [UInt64])
    func `damaged bytes are refused or read, within their bounds`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let fence = FencedBytes()
        var options = RecordReaderOptions()
        options.verifiesChecksums = false
        options.includesControlRecords = true
        options.byteLimit = 1 << 20
        var total = Outcome()
        var refusedCount = 0
        for _ in 0..<500 {
            let bytes = damaged(try batch(using: &random), using: &random)
            let outcome = fence.with(bytes) { read($0, options) }
            total.recordCount += outcome.recordCount
            refusedCount += outcome.isRefused ? 1 : 0
            let verdict = fence.with(bytes) { isValid($0, options.byteLimit) }
            // What the deep check accepts, the reader reads, and the other way round.
            #expect(verdict == !outcome.isRefused, "seed \(seed): \(bytes)")
        }
        // Both happen, or the damage is not the right kind.
        #expect(refusedCount > 100)
        #expect(total.recordCount > 500)
    }

    private func batch(using random: inout SeededRandom) throws -> [UInt8] {
        let codec: CompressionCodec = Int.random(in: 0...4, using: &random) == 0 ? .gzip : .none
        let records = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            SampleRecord.random(using: &random)
        }
        return try sampleBatch(records, SampleSeal(codec: codec))
    }

    private func damaged(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            // Mostly in the records: their lengths are what can go wrong.
            let lowest = Int.random(in: 0...3, using: &random) == 0 ? 0 : 61
            let position = Int.random(in: lowest..<result.count, using: &random)
            let values: [UInt8] = [0, 1, 2, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &random)]
            result[position] = values[Int.random(in: 0..<values.count, using: &random)]
        }
        if Int.random(in: 0...4, using: &random) == 0 {
            result.removeLast(Int.random(in: 0...result.count - 61, using: &random))
            var length: [UInt8] = []
            length.append(bigEndian: Int32(result.count - 12))
            result.replaceSubrange(RecordBatchLayout.batchLength, with: length)
        }
        return result
    }

    private func isValid(_ bytes: RawSpan, _ byteLimit: Int) -> Bool {
        do throws(BatchFailure) {
            try RecordBatchValidator.verifyRecords(bytes, byteLimit: byteLimit)
            return try RecordBatchHeader(bytes).byteCount == bytes.byteCount
        } catch {
            return false
        }
    }

    private func read(_ bytes: RawSpan, _ options: RecordReaderOptions) -> Outcome {
        var reader = RecordReader(
            bytes, source: sampleSource, position: .start, from: .zero, options: options)
        var outcome = Outcome()
        do throws(LogFailure) {
            while let record = try reader.next() {
                outcome.recordCount += 1
                _ = try copy(record)  // Touches every byte of it.
            }
        } catch {
            outcome.isRefused = true
        }
        return outcome
    }
}
