@testable import NewswireLog

/// Headers and control records from any bytes: refused or read, never a trap.
@c(LLVMFuzzerTestOneInput)
func fuzzBatchHeader(_ start: UnsafePointer<UInt8>?, _ byteCount: Int) -> Int32 {
    let bytes = unsafe RawSpan(
        _unsafeBytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    // An error is a right answer, so neither says whether the bytes were read.
    readHeader(bytes)
    readControlRecord(bytes)
    return 0
}

private func readHeader(_ bytes: RawSpan) {
    do throws(BatchFailure) {
        let header = try RecordBatchHeader(bytes)
        // What the ranges promise: none of these overflows.
        precondition(header.nextOffset > header.baseOffset)
        precondition(header.lastSequence >= -1)
        try RecordBatchValidator.verifyCounts(header)
        _ = try RecordBatchValidator.verifyAppended(bytes)
    } catch { return }
}

private func readControlRecord(_ bytes: RawSpan) {
    let half = bytes.byteCount / 2
    do throws(BatchFailure) {
        _ = try ControlRecord(
            key: bytes.extracting(0..<half), value: bytes.extracting(half..<bytes.byteCount))
    } catch { return }
}
