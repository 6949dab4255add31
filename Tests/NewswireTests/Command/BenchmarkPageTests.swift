import Foundation
import Testing

/// The page about benchmarks beside the command that runs them.
struct BenchmarkPageTests {
    @Test func `the page about benchmarks has a row for each case`() throws {
        let process = Process()
        process.executableURL = CommandHarness.executable.deletingLastPathComponent()
            .appending(path: "newswire-bench")
        process.arguments = ["list"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
        let cases = lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        let rows = try DocumentationPage("Benchmarks").rows.compactMap(\.first)
        #expect(!cases.isEmpty)
        // The table of the cases is not the page's first.
        let start = try #require(rows.firstIndex(of: "case"))
        #expect(rows[start...].dropFirst(2) == cases[...])
    }
}
