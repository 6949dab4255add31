import Foundation
import Newswire
import Testing

/// The page about reliability names the tests that show what it says.
struct ReliabilityPageTests {
    /// A test as the page names it.
    private struct NamedTest {
        let suite: String
        let sentence: String

        /// From "`Suite`: `sentence`".
        init?(_ text: Substring) {
            let parts = text.split(separator: "`", omittingEmptySubsequences: false)
            guard parts.count == 5, parts[2] == ": " else { return nil }
            suite = String(parts[1])
            sentence = String(parts[3])
        }
    }

    private let page: DocumentationPage

    init() throws { page = try DocumentationPage("Reliability") }

    /// The cells of the faults' table, with their code marks.
    private var faults: [[Substring]] {
        page.text.split(separator: "\n").filter { $0.hasPrefix("| F") }.map { line in
            line.split(separator: "|").map { $0.trimming(" ") }
        }
    }

    @Test func `all faults are there, in order, each with its tests`() throws {
        #expect(faults.map(\.first) == (1...24).map { "F\($0)" })
        for fault in faults {
            #expect(fault.count == 4, "\(fault)")
            let tests = try #require(fault.last).split(separator: "; ").map { NamedTest($0) }
            #expect(!tests.isEmpty && !tests.contains { $0 == nil }, "\(fault)")
        }
    }

    @Test func `every test that the page names exists`() throws {
        let files = try Self.testFiles()
        let named = faults.compactMap(\.last).flatMap { $0.split(separator: "; ") }
            .compactMap { NamedTest($0) }
        #expect(named.count >= 24)
        for test in named {
            let sources = files.filter { $0.lastPathComponent == "\(test.suite).swift" }
            let isThere = try sources.contains { file in
                let source = try String(contentsOf: file, encoding: .utf8)
                return source.contains("func `\(test.sentence)`(")
            }
            #expect(isThere, "\(test.suite): \(test.sentence)")
        }
    }

    @Test func `the promises are made for every level`() {
        let head = page.text.split(separator: "\n").first { $0.hasPrefix("| event") }
        let levels = head?.split(separator: "`").filter { Durability(rawValue: String($0)) != nil }
        #expect(levels == ["synced", "interval", "written", "none"])
    }

    @Test func `what the page says to run is there`() throws {
        let tools = DocumentationPage.root.appending(path: "tools/torture")
        let torture = try String(contentsOf: tools, encoding: .utf8)
        var parts = 0
        for piece in page.text.split(separator: "`") where piece.hasPrefix("tools/torture ") {
            let part = piece.dropFirst("tools/torture ".count)
            #expect(torture.contains("\n\(part)() {"), "\(part)")
            parts += 1
        }
        #expect(parts >= 5)
        for piece in page.text.split(separator: "`") where piece.hasPrefix("NEWSWIRE_") {
            #expect(torture.contains(String(piece)), "\(piece)")
        }
    }

    private static func testFiles() throws -> [URL] {
        let tests = DocumentationPage.root.appending(path: "Tests")
        let all = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        return try #require(all).compactMap { $0 as? URL }
    }
}

extension Substring {
    /// Without `character` at both ends.
    fileprivate func trimming(_ character: Character) -> Substring {
        var rest = self
        while rest.first == character { rest.removeFirst() }
        while rest.last == character { rest.removeLast() }
        return rest
    }
}
