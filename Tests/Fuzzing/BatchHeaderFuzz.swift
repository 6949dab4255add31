@testable import NewswireLog

/// Headers and control records from any bytes: refused or read, never a trap.
@c(LLVMFuzzerTestOneInput)
func fuzzBatchHeader(_ start: UnsafePointer<UInt8>?, _ byteCount: Int) -> Int32 {
    let bytes = unsafe RawSpan(
        _unsafeBytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    do throws(BatchFailure) {
        let header = try RecordBatchHeader(bytes)
        // What the ranges promise: none of these overflows.
        precondition(header.nextOffset > header.baseOffset)
        precondition(header.lastSequence >= -1)
        try RecordBatchValidator.verifyCounts(header)
        _ = try RecordBatchValidator.verifyAppended(bytes)
    } catch {}  // An error is a right answer.
    do throws(BatchFailure) {
        let half = bytes.byteCount / 2
        _ = try ControlRecord(
            key: bytes.extracting(0..<half), value: bytes.extracting(half..<bytes.byteCount))
    } catch {}  // As above.
    return 0
}
