// Any bytes: the reader answers with tokens or a failure, and what it accepts keeps its promises.
@testable import Newswire
@testable import NewswireLog

@c(LLVMFuzzerTestOneInput)
func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ byteCount: Int) -> Int32 {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: byteCount))
    var reader = JSONReader(bytes.rawSpan)
    var last = 0
    do {
        while let token = try reader.next() {
            precondition(token.range.lowerBound >= last && token.range.upperBound <= byteCount)
            last = token.range.upperBound
            switch token.kind {
            case .name, .string: check(reader.content(of: token))
            case .number: _ = reader.integer(of: token)
            default: break
            }
        }
    } catch {
        return 0  // An error is a right answer.
    }
    return 0
}

/// What was read from a string is UTF-8, and reads back after it was written again.
private func check(_ content: [UInt8]) {
    precondition(UTF8Check.isValid(content.rawSpan))
    var writer = JSONWriter()
    writer.string(utf8: content.rawSpan)
    var reader = JSONReader(writer.bytes.rawSpan)
    do {
        guard let token = try reader.next() else { preconditionFailure("nothing was written") }
        precondition(reader.content(of: token) == content)
    } catch {
        preconditionFailure("what was written is refused: \(error)")
    }
}
