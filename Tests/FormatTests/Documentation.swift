import Foundation

/// The pages of the modules' documentation catalogs, to be compared with the code.
enum Documentation {
    /// A page of a module's catalog.
    struct Page {
        let text: String

        /// The rows of the page's table, without head and rule; code marks are dropped.
        var tableRows: [String] {
            text.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2)
                .map { String($0).replacing("`", with: "") }
        }
    }

    /// Reads the page `name` of `module`.
    static func page(_ module: String, _ name: String) throws -> Page {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Sources/\(module)/\(module).docc/\(name).md")
        return Page(text: try String(contentsOf: file, encoding: .utf8))
    }
}
