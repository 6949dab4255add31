/// A function, initializer, accessor or computed property with its measures.
struct CodeBody: Equatable, Sendable {
    let name: String
    /// The line of the declaration's keyword, from 1.
    let line: Int
    var endLine: Int
    /// nil where nothing is called with parameters.
    let parameterCount: Int?
    /// How many blocks of more than one line stand in each other inside.
    var nesting = 0
    /// The line on which the innermost of them begins.
    var deepestLine: Int

    var lineCount: Int { endLine - line + 1 }
}

/// Finds the bodies of a file by its braces and the keywords before them.
struct CodeBodyFinder {
    private enum ScopeKind {
        /// Members stand here: the file, a type, the accessors of a property.
        case members
        /// The body with this number in `bodies`.
        case body(Int)
        /// A block or closure inside a body.
        case block
    }

    private struct Scope {
        let kind: ScopeKind
        let line: Int
        /// Parentheses and brackets that were open outside.
        let open: Int
        /// A declaration that goes on outside: this is a closure among its parameters.
        let declaration: Declaration?
        var nesting = 0
        var deepestLine: Int
    }

    /// A declaration whose opening brace has not come yet.
    private struct Declaration {
        enum Kind { case type, function, property }

        let kind: Kind
        let token: Int
        let open: Int
    }

    private let tokens: [Token]
    private let language: SourceFile.Language
    private var scopes: [Scope] = []
    private var declaration: Declaration?
    private var open = 0
    private(set) var bodies: [CodeBody] = []

    static func bodies(in tokens: [Token], language: SourceFile.Language) -> [CodeBody] {
        var finder = CodeBodyFinder(tokens: tokens, language: language)
        finder.find()
        return finder.bodies
    }

    private init(tokens: [Token], language: SourceFile.Language) {
        self.tokens = tokens
        self.language = language
    }

    private mutating func find() {
        for place in tokens.indices {
            switch tokens[place].text {
            case "(", "[": open += 1
            case ")", "]": open -= 1
            case "{": enter(place)
            case "}": leave(place)
            default: noteDeclaration(place)
            }
        }
    }

    // MARK: Scopes

    private var isAmongMembers: Bool {
        guard let scope = scopes.last else { return true }
        guard case .members = scope.kind else { return false }
        return true
    }

    private mutating func enter(_ place: Int) {
        let kind = kindOfScope(opening: place)
        let line = tokens[place].line
        scopes.append(
            Scope(
                kind: kind, line: line, open: open, declaration: declaration, deepestLine: line))
        declaration = nil
        open = 0
    }

    private mutating func kindOfScope(opening place: Int) -> ScopeKind {
        if language == .c { return kindOfScopeInC(opening: place) }
        if let declaration, declaration.open == open {
            self.declaration = nil
            switch declaration.kind {
            case .type: return .members
            case .function: return addBody(from: declaration.token)
            case .property:
                return hasAccessors(after: place) ? .members : addBody(from: declaration.token)
            }
        }
        return isAmongMembers ? addBody(from: max(place - 1, 0)) : .block
    }

    private mutating func kindOfScopeInC(opening place: Int) -> ScopeKind {
        guard isAmongMembers else { return .block }
        guard place > 0, tokens[place - 1].text == ")" else { return .members }
        guard let opening = matchingParenthesis(endingAt: place - 1), opening > 0 else {
            return .members
        }
        return addBody(from: opening - 1)
    }

    private mutating func addBody(from token: Int) -> ScopeKind {
        let line = tokens[token].line
        bodies.append(
            CodeBody(
                name: name(at: token), line: line, endLine: line,
                parameterCount: parameterCount(after: token), deepestLine: line))
        return .body(bodies.count - 1)
    }

    private mutating func leave(_ place: Int) {
        guard let scope = scopes.popLast() else { return }
        open = scope.open
        declaration = scope.declaration
        let endLine = tokens[place].line
        switch scope.kind {
        case .members: break
        case .body(let number):
            bodies[number].endLine = endLine
            bodies[number].nesting = scope.nesting
            bodies[number].deepestLine = scope.deepestLine
        case .block:
            let nesting = scope.nesting + (endLine > scope.line ? 1 : 0)
            guard let parent = scopes.indices.last, nesting > scopes[parent].nesting else { return }
            scopes[parent].nesting = nesting
            scopes[parent].deepestLine = scope.deepestLine
        }
    }

    // MARK: Declarations

    private mutating func noteDeclaration(_ place: Int) {
        guard language == .swift, let kind = kindOfDeclaration(place) else { return }
        declaration = Declaration(kind: kind, token: place, open: open)
    }

    private func kindOfDeclaration(_ place: Int) -> Declaration.Kind? {
        if place > 0, tokens[place - 1].text == "." { return nil }
        guard let next = tokens.dropFirst(place + 1).first else { return nil }
        switch tokens[place].text {
        case "func": return .function
        case "init", "subscript":
            return isAmongMembers && ["(", "<", "?"].contains(next.text) ? .function : nil
        case "deinit": return isAmongMembers ? .function : nil
        case "struct", "enum", "protocol", "extension", "class", "actor":
            let isModifier = ["func", "var", "let", "subscript"].contains(next.text)
            return next.isWord && !isModifier ? .type : nil
        case "var", "let": return isAmongMembers && open == 0 ? .property : nil
        default: return nil
        }
    }

    private func hasAccessors(after place: Int) -> Bool {
        let words = ["get", "set", "willSet", "didSet", "_read", "_modify"]
        var next = place + 1
        while next + 1 < tokens.count, tokens[next].text == "@" {
            next += 2
            guard next < tokens.count, tokens[next].text == "(" else { continue }
            next = (matchingParenthesis(startingAt: next) ?? next) + 1
        }
        while next < tokens.count, ["mutating", "nonmutating"].contains(tokens[next].text) {
            next += 1
        }
        return next < tokens.count && words.contains(tokens[next].text)
    }

    private func name(at token: Int) -> String {
        let next = tokens.dropFirst(token + 1).first?.text ?? ""
        switch tokens[token].text {
        case "func", "var", "let": return next
        case let word: return word
        }
    }

    // MARK: Parameters

    private func parameterCount(after token: Int) -> Int? {
        let isCallable =
            language == .c || ["func", "init", "subscript"].contains(tokens[token].text)
        guard isCallable else { return nil }
        let start = tokens[token...].firstIndex { $0.text == "(" }
        guard let start, let end = matchingParenthesis(startingAt: start) else { return nil }
        if language == .swift { return separators(":", in: start..<end) }
        let isEmpty = end == start + 1 || (end == start + 2 && tokens[start + 1].text == "void")
        return isEmpty ? 0 : separators(",", in: start..<end) + 1
    }

    /// How often `sign` stands between the outer parentheses and no others.
    ///
    /// In Swift that is one colon per parameter, whereas commas also separate generic arguments.
    private func separators(_ sign: String, in range: Range<Int>) -> Int {
        var depth = 0
        var count = 0
        for token in tokens[range] {
            if ["(", "[", "{"].contains(token.text) { depth += 1 }
            if [")", "]", "}"].contains(token.text) { depth -= 1 }
            if token.text == sign, depth == 1 { count += 1 }
        }
        return count
    }

    private func matchingParenthesis(startingAt start: Int) -> Int? {
        var depth = 0
        for place in start..<tokens.count {
            if tokens[place].text == "(" { depth += 1 }
            if tokens[place].text == ")" { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }

    private func matchingParenthesis(endingAt end: Int) -> Int? {
        var depth = 0
        for place in stride(from: end, through: 0, by: -1) {
            if tokens[place].text == ")" { depth += 1 }
            if tokens[place].text == "(" { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }
}
