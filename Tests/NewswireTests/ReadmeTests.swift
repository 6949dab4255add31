import Foundation
import Newswire
import NewswireTesting
import Testing

/// The example of the README is this file's: what people read first is compiled and run.
struct ReadmeTests {
    private static let file = URL(filePath: #filePath)
    private static let readme = file.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "README.md")

    /// The lines of a file between the first two that contain the marks.
    private func lines(of file: URL, from start: String, to end: String) throws -> [Substring] {
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let first = try #require(lines.firstIndex { $0.contains(start) })
        let rest = lines[(first + 1)...]
        return Array(rest[..<(try #require(rest.firstIndex { $0.contains(end) }))])
    }

    @Test func `the example in the readme is the one that runs here`() throws {
        let shown = try lines(of: Self.readme, from: "```swift", to: "```")
        let run = try lines(of: Self.file, from: "// Begins " + "here.", to: "// Ends " + "here.")
        #expect(shown == run.map { $0.hasPrefix("        ") ? $0.dropFirst(8) : $0 })
    }

    @Test func `the example in the readme does what it says`() async throws {
        let folder = try TemporaryDirectory()
        // Without a use at the end it would be dropped, and removed, right here.
        defer { withExtendedLifetime(folder) {} }
        let directory = folder.path("data")
        // Begins here.
        let engine = try await StreamEngine.open(at: directory)
        let orders = try await engine.createTopic("orders", .init(compression: .gzip))
        let partition = try orders.partition(0)
        try await partition.send { batch in
            batch.append(key: Array("o-1".utf8), value: Array(#"{"type":"OrderPlaced"}"#.utf8))
            batch.append(key: Array("o-1".utf8), value: Array(#"{"type":"OrderPaid"}"#.utf8))
        }
        let slice = try partition.read(from: .zero)
        var records = slice.records()
        var byteCount = 0
        while let record = try records.next() { byteCount += record.value?.byteCount ?? 0 }
        try await engine.close()
        // Ends here.
        #expect(byteCount == #"{"type":"OrderPlaced"}{"type":"OrderPaid"}"#.utf8.count)
    }
}
