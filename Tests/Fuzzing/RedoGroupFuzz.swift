@testable import NewswireLog

/// Groups of the commit log, first pages of its files and heads from any bytes: refused or read,
/// never a trap.
///
/// A fuzzer cannot guess a checksum, so that they are read again with the right one put in.
@c(LLVMFuzzerTestOneInput)
func fuzzRedoGroup(_ start: UnsafePointer<UInt8>?, _ byteCount: Int) -> Int32 {
    let span = unsafe RawSpan(
        _unsafeBytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    let bytes = [UInt8](copying: span)
    // An error is a right answer, so it does not matter whether the bytes were read.
    _ = readGroup(bytes)
    _ = readGroup(withGroupChecksum(bytes))
    _ = readHeader(bytes)
    _ = readHeader(withHeaderChecksum(bytes))
    _ = readHead(bytes)
    _ = readHead(withHeadChecksum(bytes))
    return 0
}

private let seed: UInt32 = 0x1234_5678

private func readGroup(_ bytes: [UInt8]) -> Bool {
    do throws(FormatFailure) {
        let group = try RedoGroup(bytes.rawSpan, seed: seed)
        // What the ranges promise: places that can be read and written without a look.
        precondition(group.byteCount <= bytes.count)
        precondition(group.pagesByteCount >= group.byteCount)
        for entry in group.entries {
            precondition(group.targets.indices.contains(entry.target))
            precondition((entry.position + entry.byteCount).value >= 0)
            guard entry.kind == .data else { continue }
            precondition(entry.start + entry.byteCount <= group.byteCount)
        }
        return true
    } catch { return false }
}

private func readHeader(_ bytes: [UInt8]) -> Bool {
    do throws(FormatFailure) {
        _ = try RedoFile.Header(bytes.rawSpan)
        return true
    } catch { return false }
}

private func readHead(_ bytes: [UInt8]) -> Bool {
    do throws(FormatFailure) {
        _ = try RedoHead(bytes.rawSpan)
        return true
    } catch { return false }
}

// MARK: Checksums

private func withGroupChecksum(_ bytes: [UInt8]) -> [UInt8] {
    typealias Layout = RedoGroup.Layout
    guard bytes.count >= Layout.headerByteCount else { return bytes }
    let claimed = Int(bytes.rawSpan.bigEndian(UInt32.self, at: Layout.byteCount.lowerBound))
    guard (Layout.headerByteCount...bytes.count).contains(claimed) else { return bytes }
    let covered = bytes.rawSpan.extracting(Layout.crc.upperBound..<claimed)
    return replacing(bytes, Layout.crc, with: CRC32C.checksum(of: covered, continuing: seed))
}

private func withHeaderChecksum(_ bytes: [UInt8]) -> [UInt8] {
    let field = RedoFile.Layout.crc
    guard bytes.count >= field.upperBound else { return bytes }
    let covered = bytes.rawSpan.extracting(0..<field.lowerBound)
    return replacing(bytes, field, with: CRC32C.checksum(of: covered))
}

private func withHeadChecksum(_ bytes: [UInt8]) -> [UInt8] {
    let field = RedoHead.Layout.byteCount
    guard bytes.count >= field.upperBound + 4 else { return bytes }
    let claimed = Int(bytes.rawSpan.bigEndian(UInt32.self, at: field.lowerBound))
    guard (field.upperBound + 4...bytes.count).contains(claimed) else { return bytes }
    let covered = bytes.rawSpan.extracting(0..<claimed - 4)
    return replacing(bytes, claimed - 4..<claimed, with: CRC32C.checksum(of: covered))
}

private func replacing(_ bytes: [UInt8], _ field: Range<Int>, with number: UInt32) -> [UInt8] {
    var checksum: [UInt8] = []
    checksum.append(bigEndian: number)
    return bytes[..<field.lowerBound] + checksum + bytes[field.upperBound...]
}
