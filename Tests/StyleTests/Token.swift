/// A word or a sign of the code, and where it stands.
struct Token: Sendable {
    let text: String
    /// The line, from 1.
    let line: Int
    /// Whether white space stands before it.
    let isAfterSpace: Bool

    /// Whether it is a name, a keyword or a number.
    var isWord: Bool { text.utf8.first?.isWord ?? false }

    /// The tokens of code without comments; `->` is one, other signs are single characters.
    static func all(in code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var start = 0
        while start < code.count {
            let byte = code[start]
            if byte == .newline { line += 1 }
            guard byte > .space else {
                start += 1
                continue
            }
            let end = end(of: start, in: code)
            let text = String(decoding: code[start..<end], as: UTF8.self)
            let isAfterSpace = start == 0 || code[start - 1] <= .space
            tokens.append(Token(text: text, line: line, isAfterSpace: isAfterSpace))
            start = end
        }
        return tokens
    }

    private static func end(of start: Int, in code: [UInt8]) -> Int {
        guard code[start].isWord else {
            let isArrow = code[start...].starts(with: "->".utf8)
            return start + (isArrow ? 2 : 1)
        }
        return code[start...].firstIndex { !$0.isWord } ?? code.count
    }
}
