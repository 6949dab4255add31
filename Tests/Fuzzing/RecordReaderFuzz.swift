@testable import NewswireLog

/// Batches from any bytes, checksums not asked for: records stay within their bounds, and what the
/// deep check accepts is read to its end.
@c(LLVMFuzzerTestOneInput)
func fuzzRecordReader(_ start: UnsafePointer<UInt8>?, _ byteCount: Int) -> Int32 {
    let bytes = unsafe RawSpan(
        _unsafeBytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    var options = RecordReaderOptions()
    options.verifiesChecksums = false
    options.includesControlRecords = true
    options.byteLimit = 1 << 20
    let isRead = readAll(bytes, options)
    do throws(BatchFailure) {
        try RecordBatchValidator.verifyRecords(bytes, byteLimit: options.byteLimit)
        let isWhole = try RecordBatchHeader(bytes).byteCount == bytes.byteCount
        precondition(isRead || !isWhole, "the deep check and the reader disagree")
    } catch {
        return 0  // An error is a right answer.
    }
    return 0
}

/// Whether all records and all of their headers could be read.
private func readAll(_ bytes: RawSpan, _ options: RecordReaderOptions) -> Bool {
    let source = BatchSource(partition: nil, path: "fuzz")
    var reader = RecordReader(
        bytes, source: source, position: .start, from: .zero, options: options)
    var sum: UInt8 = 0
    var isWhole = true
    do throws(LogFailure) {
        while let record = try reader.next() {
            if let key = record.key { sum &+= touch(key) }
            if let value = record.value { sum &+= touch(value) }
            isWhole = touchHeaders(record.headers, &sum) && isWhole
        }
        return isWhole
    } catch {
        return false
    }
}

/// Whether all headers could be read.
private func touchHeaders(_ headers: consuming HeaderReader, _ sum: inout UInt8) -> Bool {
    do throws(BatchFailure) {
        while let header = try headers.next() {
            sum &+= touch(header.nameBytes)
            if let value = header.value { sum &+= touch(value) }
        }
        return true
    } catch {
        return false
    }
}

/// Reads every byte, for the address sanitizer to see.
private func touch(_ bytes: RawSpan) -> UInt8 {
    unsafe bytes.withUnsafeBytes { unsafe $0.reduce(0, &+) }
}
