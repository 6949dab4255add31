import Foundation
import NewswireTesting
import Testing

/// Makes the golden directories anew.
///
/// Those of a released version are never made again.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["NEWSWIRE_WRITE_GOLDEN"] == "1",
        "only with NEWSWIRE_WRITE_GOLDEN=1"))
struct GoldenWriterTests {
    @Test func `version 1 is written`() throws {
        let temporary = try TemporaryDirectory()
        let writer = try GoldenWriter(at: temporary.path("data"), GoldenPartition.all)
        try writer.append(batches: 0..<8)
        try writer.crash()
        try writer.append(batches: 8..<16)
        try writer.trim()
        try writer.close()
        let golden = GoldenDirectory("v1")
        try golden.replaceData(with: writer.path)
        for (file, lines) in writer.readableLines { try golden.write(lines, toExpected: file) }
    }
}
