import Foundation

/// A page of the documentation, to be compared with the code.
struct DocumentationPage {
    let text: String

    /// Where the project is.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Reads a page of the engine's catalog.
    init(_ name: String) throws {
        let page = Self.root.appending(path: "Sources/Newswire/Newswire.docc/\(name).md")
        text = try String(contentsOf: page, encoding: .utf8)
    }

    /// The cells of the rows of the page's table, without head and rule; code marks are dropped.
    var rows: [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
            line.split(separator: "|").map {
                $0.replacing("`", with: "").trimmingCharacters(in: .whitespaces)
            }
        }
    }
}
