/// One source file as the rules see it: its text, its code without comments and string contents,
/// and its comments alone.
///
/// All three have the same length and line breaks, so that a place in one is the
/// same place in the others.
struct SourceFile: Sendable {
    enum Language: Sendable { case swift, c }

    /// The path from the project's root.
    let path: String
    let language: Language
    let lines: [String]
    let code: [UInt8]
    let comments: [UInt8]
    let tokens: [Token]
    let bodies: [CodeBody]

    init(path: String, text: String) {
        self.path = path
        language = path.hasSuffix(".swift") ? .swift : .c
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var scanner = SourceScanner(Array(text.utf8), language: language)
        scanner.scan()
        code = scanner.code
        comments = scanner.comments
        tokens = Token.all(in: scanner.code)
        bodies = CodeBodyFinder.bodies(in: tokens, language: language)
    }

    /// The file's name without its folders.
    var name: String { String(path.split(separator: "/").last ?? "") }

    /// The folders above the file, outermost first.
    var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }

    /// How many lines there are; a line break at the very end begins no other line.
    var lineCount: Int { lines.last == "" ? lines.count - 1 : lines.count }

    /// A finding of `rule` in this file.
    func finding(line: Int, _ message: String) -> Finding {
        Finding(path: path, line: line, message: message)
    }
}

/// A place where a rule is broken.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}
