/// Tells code from comments and from the contents of string literals, byte by byte.
///
/// Interpolated expressions count as code. Names in backticks become one word, spaces and all.
/// Regular expression literals are not known; the project has none.
struct SourceScanner {
    private enum Mode {
        case code
        /// Code inside `\( )`, with the number of parentheses open in it.
        case interpolation(open: Int)
        /// A string literal and what ends it: the quotes and the number signs around them.
        case string(quotes: Int, signs: Int)
    }

    private let bytes: [UInt8]
    private let language: SourceFile.Language
    private var position = 0
    private var modes: [Mode] = [.code]
    private(set) var code: [UInt8]
    private(set) var comments: [UInt8]

    init(_ bytes: [UInt8], language: SourceFile.Language) {
        self.bytes = bytes
        self.language = language
        let blank = bytes.map { $0 == .newline ? $0 : UInt8.space }
        code = blank
        comments = blank
    }

    mutating func scan() {
        while position < bytes.count {
            if case .string(let quotes, let signs) = modes[modes.count - 1] {
                scanString(quotes: quotes, signs: signs)
            } else {
                scanCode()
            }
        }
    }

    private mutating func scanCode() {
        if starts(with: "//") { return skipLineComment() }
        if starts(with: "/*") { return skipBlockComment() }
        switch bytes[position] {
        case .quote: beginString()
        case UInt8(ascii: "'") where language == .c: skipCharacter()
        case UInt8(ascii: "`") where language == .swift: keepBacktickedName()
        case UInt8(ascii: "("): countParenthesis(1)
        case UInt8(ascii: ")"): countParenthesis(-1)
        default: keep()
        }
    }

    private mutating func scanString(quotes: Int, signs: Int) {
        let byte = bytes[position]
        if byte == .quote, repeats(.quote, quotes), repeats(.sign, signs, after: quotes) {
            keep(count: quotes + signs)
            modes.removeLast()
        } else if byte == .newline, quotes == 1 {
            modes.removeLast()  // The literal is malformed: the compiler will say so.
        } else if byte == .backslash, repeats(.sign, signs, after: 1) {
            position += 1 + signs
            let isInterpolation = position < bytes.count && bytes[position] == UInt8(ascii: "(")
            if isInterpolation, language == .swift { modes.append(.interpolation(open: 0)) }
            if position < bytes.count { position += 1 }
        } else {
            position += 1
        }
    }

    private mutating func beginString() {
        var signs = 0
        while position > signs, bytes[position - signs - 1] == .sign { signs += 1 }
        let quotes = repeats(.quote, 3) && language == .swift ? 3 : 1
        keep(count: quotes)
        modes.append(.string(quotes: quotes, signs: signs))
    }

    private mutating func countParenthesis(_ change: Int) {
        guard case .interpolation(let open) = modes[modes.count - 1] else { return keep() }
        guard open + change >= 0 else {
            position += 1
            modes.removeLast()
            return
        }
        modes[modes.count - 1] = .interpolation(open: open + change)
        keep()
    }

    private mutating func skipLineComment() {
        while position < bytes.count, bytes[position] != .newline { comment() }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*"), depth == 0 || language == .swift {
                depth += 1
                comment(count: 2)
            } else if starts(with: "*/") {
                depth -= 1
                comment(count: 2)
            } else {
                comment()
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func skipCharacter() {
        keep()
        while position < bytes.count, bytes[position] != UInt8(ascii: "'") {
            position += bytes[position] == .backslash ? 2 : 1
        }
        if position < bytes.count { keep() }
    }

    private mutating func keepBacktickedName() {
        keep()
        while position < bytes.count, bytes[position] != UInt8(ascii: "`") {
            code[position] = bytes[position].isWord ? bytes[position] : UInt8(ascii: "_")
            position += 1
        }
        if position < bytes.count { keep() }
    }

    private mutating func keep(count: Int = 1) {
        for place in position..<min(position + count, bytes.count) { code[place] = bytes[place] }
        position += count
    }

    private mutating func comment(count: Int = 1) {
        for place in position..<min(position + count, bytes.count) {
            comments[place] = bytes[place]
        }
        position += count
    }

    private func starts(with text: StaticString) -> Bool {
        bytes[position...].starts(with: text.description.utf8)
    }

    private func repeats(_ byte: UInt8, _ count: Int, after skipped: Int = 0) -> Bool {
        let run = bytes.dropFirst(position + skipped).prefix(count)
        return run.count == count && run.allSatisfy { $0 == byte }
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let sign = UInt8(ascii: "#")
    static let backslash = UInt8(ascii: "\\")

    /// Whether the byte can stand in a name or number.
    var isWord: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
            true
        default: false
        }
    }
}
