import Foundation

/// The pages of the documentation catalogs, as tests read them.
enum Documentation {
    /// A page of a module's catalog.
    struct Page {
        /// All of its Markdown.
        let text: String

        /// The rows of its tables without heads and rulers, spaces between the cells made even.
        var tableRows: [String] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
            return lines.indices.filter { isRow(lines[$0]) && !isHead($0, of: lines) }
                .filter { !isRuler(lines[$0]) }
                .map { even(lines[$0]) }
        }

        private func isRow(_ line: String) -> Bool { line.hasPrefix("|") }

        private func isRuler(_ line: String) -> Bool {
            isRow(line) && line.allSatisfy { "|-: ".contains($0) }
        }

        private func isHead(_ index: Int, of lines: [String]) -> Bool {
            index + 1 < lines.count && isRuler(lines[index + 1])
        }

        private func even(_ row: String) -> String {
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                .reduce(into: "|") { $0 += " \($1) |" }
        }
    }

    /// The page `name` in the catalog of `module`.
    static func page(_ module: String, _ name: String) throws -> Page {
        let path = "Sources/\(module)/\(module).docc/\(name).md"
        return Page(text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
    }

    /// The directory of the package: the one above that has a `Package.swift`.
    private static var root: URL {
        var directory = URL(filePath: #filePath).deletingLastPathComponent()
        while !FileManager.default.fileExists(
            atPath: directory.appending(path: "Package.swift").path)
        {
            precondition(directory.pathComponents.count > 1, "no Package.swift above \(#filePath)")
            directory.deleteLastPathComponent()
        }
        return directory
    }
}
