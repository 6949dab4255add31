@testable import NewswireLog

/// Decompressing any bytes: refused, or no more than was allowed; and any bytes come back.
@c(LLVMFuzzerTestOneInput)
func fuzzGzip(_ start: UnsafePointer<UInt8>?, _ byteCount: Int) -> Int32 {
    let bytes = unsafe RawSpan(
        _unsafeBytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    decode(bytes)
    do throws(GzipFailure) {
        let isSame = try roundTrip(bytes)
        precondition(isSame, "what was compressed did not come back")
    } catch {
        preconditionFailure("what was compressed was refused: \(error)")
    }
    return 0
}

private func decode(_ bytes: RawSpan) {
    let byteLimit = 1 << 20
    do throws(GzipFailure) {
        var decoder = try GzipDecoder()
        var target = PageBuffer(byteCapacity: 0)
        let decoded = try decoder.decode(bytes, into: &target, byteLimit: byteLimit)
        precondition(decoded <= byteLimit)
    } catch { return }  // An error is a right answer.
}

private func roundTrip(_ bytes: RawSpan) throws(GzipFailure) -> Bool {
    let room = 0..<bytes.byteCount + bytes.byteCount / 100 + 64
    var encoder = try GzipEncoder(level: 1)
    var compressed = PageBuffer(byteCapacity: room.upperBound)
    guard let written = encoder.encode(bytes, into: &compressed, in: room) else { return false }
    var decoder = try GzipDecoder()
    var result = PageBuffer(byteCapacity: 0)
    let decoded = try decoder.decode(
        compressed.bytes.extracting(first: written), into: &result, byteLimit: bytes.byteCount)
    return result.bytes.extracting(first: decoded).hasSameBytes(as: bytes)
}
