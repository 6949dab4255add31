/// What may not be written, or only in some rooms.
enum WordRules {
    /// Constructs that trap or lose an error.
    static func traps(_ file: SourceFile) -> [Finding] {
        guard file.language == .swift else { return [] }
        return file.tokens.indices.compactMap { place in
            trap(at: place, in: file.tokens).map {
                file.finding(line: file.tokens[place].line, $0)
            }
        }
    }

    private static func trap(at place: Int, in tokens: [Token]) -> String? {
        let follower = tokens.dropFirst(place + 1).first
        let next = follower.map { $0.isAfterSpace ? "" : $0.text } ?? ""
        switch (tokens[place].text, next) {
        case ("try", "!"), ("as", "!"): return "\(tokens[place].text)! traps: throw or handle"
        case ("try", "?"): return "try? drops the error: handle it or let it through"
        case ("fatalError", "("): return "fatalError: throw, or state a precondition"
        case ("!", _) where isForceUnwrap(at: place, in: tokens):
            return "forced unwrapping traps: use guard or #require"
        default: return nil
        }
    }

    private static func isForceUnwrap(at place: Int, in tokens: [Token]) -> Bool {
        guard place > 0, !tokens[place].isAfterSpace else { return false }
        let previous = tokens[place - 1]
        let next = tokens.dropFirst(place + 1).first
        let isInequality = next.map { $0.text == "=" && !$0.isAfterSpace } ?? false
        guard !isInequality, !["try", "as"].contains(previous.text) else { return false }
        return previous.isWord || [")", "]", "}", "\"", "?"].contains(previous.text)
    }

    static func emptyCatches(_ file: SourceFile) -> [Finding] {
        sequences(of: ["catch", "{", "}"], in: file).map {
            file.finding(line: $0.line, "an empty catch drops the error")
        }
    }

    static func sleeps(_ file: SourceFile) -> [Finding] {
        ["sleep", "usleep", "nanosleep"].flatMap { sequences(of: [$0, "("], in: file) }.map {
            file.finding(line: $0.line, "\($0.text): wait for what happens, not for a time")
        }
    }

    static func printing(_ file: SourceFile) -> [Finding] {
        ["print", "debugPrint", "dump", "printf", "puts"].flatMap {
            sequences(of: [$0, "("], in: file)
        }.map { file.finding(line: $0.line, "\($0.text): a library prints nothing") }
    }

    static func unsafeUses(_ file: SourceFile) -> [Finding] {
        guard file.language == .swift else { return [] }
        return file.tokens.filter { $0.text == "unsafe" }.map {
            file.finding(line: $0.line, "unsafe stays in Bytes/ and Files/ of NewswireLog")
        }
    }

    static func underscoredAttributes(_ file: SourceFile) -> [Finding] {
        let allowed = ["_lifetime"]
        return zip(file.tokens, file.tokens.dropFirst()).compactMap { sign, word in
            guard sign.text == "@", word.text.hasPrefix("_"), !allowed.contains(word.text) else {
                return nil
            }
            return file.finding(line: word.line, "@\(word.text) is not for us")
        }
    }

    static func testableImports(_ file: SourceFile) -> [Finding] {
        sequences(of: ["@", "testable"], in: file).map {
            file.finding(line: $0.line, "@testable: what tests need is package")
        }
    }

    /// Tests whose name is not a sentence in backticks.
    static func unnamedTests(_ file: SourceFile) -> [Finding] {
        let tokens = file.tokens
        return sequencePlaces(of: ["@", "Test"], in: tokens).compactMap { place in
            guard let keyword = tokens[place...].firstIndex(where: { $0.text == "func" }) else {
                return nil
            }
            let name = tokens[keyword + 1]
            let isSentence = name.text.hasPrefix("`") && name.text.contains("_")
            return isSentence
                ? nil : file.finding(line: name.line, "\(name.text): name tests by a sentence")
        }
    }

    /// Marks of unfinished work, in code, comments and strings.
    static func unfinished(_ file: SourceFile) -> [Finding] {
        let marks: Set<Substring> = ["TO" + "DO", "FIX" + "ME"]
        return file.lines.enumerated().compactMap { number, line in
            let words = line.split { !$0.isLetter }
            guard let mark = words.first(where: marks.contains) else { return nil }
            return file.finding(line: number + 1, "\(mark): finish it or say what ends it")
        }
    }

    /// An unchecked promise of Sendable without a comment near it that says why it holds.
    static func unexplainedPromises(_ file: SourceFile) -> [Finding] {
        sequences(of: ["@", "unchecked"], in: file).compactMap { token in
            let nearby = file.lines[max(token.line - 4, 0)..<min(token.line + 4, file.lines.count)]
            let isExplained = nearby.contains { line in
                line.contains("// ") && !line.contains("///")
            }
            return isExplained
                ? nil : file.finding(line: token.line, "@unchecked without its reason in a comment")
        }
    }

    static func vagueNames(_ path: String) -> [Finding] {
        ["Util", "Helper", "Common", "Manager", "Misc"].filter { path.contains($0) }.map {
            Finding(path: path, line: 1, message: "\($0) says nothing: name the concern")
        }
    }

    // MARK: Sequences of tokens

    private static func sequences(of words: [String], in file: SourceFile) -> [Token] {
        sequencePlaces(of: words, in: file.tokens).map { file.tokens[$0] }
    }

    private static func sequencePlaces(of words: [String], in tokens: [Token]) -> [Int] {
        tokens.indices.filter { place in
            tokens[place].text == words[0]
                && tokens[place...].prefix(words.count).map(\.text) == words
        }
    }
}
