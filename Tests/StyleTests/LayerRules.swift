/// Who may name whom: modules by their imports, folders of the log by the types that they use.
enum LayerRules {
    /// What each module may import; arrows point down only.
    static let imports: [String: Set<String>] = [
        "Sources/NewswireLog": ["Glibc", "Synchronization", "CNewswire", "CZlib"],
        "Sources/Newswire": ["Glibc", "Synchronization", "NewswireLog"],
        "Sources/NewswireTesting": [
            "Glibc", "Synchronization", "NewswireLog", "Newswire", "CNewswireTesting",
        ],
        "tools/newswire": ["Glibc", "Synchronization", "NewswireLog", "Newswire"],
        "Benchmarks/newswire-bench": [
            "Glibc", "Synchronization", "NewswireLog", "Newswire", "CFloors",
        ],
        "Tests/NewswireLogTests": tests.union(["CNewswire"]), "Tests/NewswireTests": tests,
        "Tests/FormatTests": tests,
        "Tests/SimulationTests": tests, "Tests/Fuzzing": tests,
        "Tests/StyleTests": ["Testing", "Foundation"],
    ]

    private static let tests: Set<String> = [
        "Testing", "Foundation", "Glibc", "Synchronization", "NewswireLog", "Newswire",
        "NewswireTesting",
    ]

    /// The folders of NewswireLog: each may name types of its own row and of those before it.
    ///
    /// The last row is one partition and what happens to it, which know each other.
    static let folders: [[String]] = [
        ["Bytes"], ["Files"], ["Records"], ["Segments"],
        ["Partitions", "Commit", "Recovery", "Retention", "Compaction"],
    ]

    /// Words that everybody may say: plain values, without any machinery behind them.
    static let vocabulary: Set<String> = [
        "Offset", "Timestamp", "TopicPartition", "FilePosition", "Durability", "LogFailure",
        "LogConfiguration", "BatchFailure", "CompressionCodec",
    ]

    static func wrongImports(_ file: SourceFile) -> [Finding] {
        guard file.language == .swift else { return [] }
        let module = file.folders.prefix(2).joined(separator: "/")
        guard let allowed = imports[module] else {
            return [file.finding(line: 1, "\(module) has no row in the table of imports")]
        }
        return importedModules(file).filter { !allowed.contains($0.text) }.map {
            file.finding(line: $0.line, "\(module) may not import \($0.text)")
        }
    }

    private static func importedModules(_ file: SourceFile) -> [Token] {
        let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return file.tokens.indices.compactMap { place in
            guard file.tokens[place].text == "import" else { return nil }
            return file.tokens[(place + 1)...].first { !kinds.contains($0.text) }
        }
    }

    /// Uses of types from a higher folder, in the files of NewswireLog among `files`.
    static func upwardUses(_ files: [SourceFile]) -> [Finding] {
        let log = files.filter { $0.path.hasPrefix("Sources/NewswireLog/") }
        var owners: [String: Int] = [:]
        for file in log {
            for name in declaredTypes(file) { owners[name] = rank(of: file) }
        }
        return log.flatMap { file in upwardUses(file, owners: owners) }
    }

    private static func upwardUses(_ file: SourceFile, owners: [String: Int]) -> [Finding] {
        guard let own = rank(of: file) else {
            return [file.finding(line: 1, "its folder has no row in the order of folders")]
        }
        let declared = Set(declaredTypes(file, nested: true))
        return file.tokens.compactMap { token in
            guard let owner = owners[token.text], owner > own else { return nil }
            guard !vocabulary.contains(token.text), !declared.contains(token.text) else {
                return nil
            }
            let above = folders[owner].joined(separator: "/")
            return file.finding(
                line: token.line, "\(token.text) lives in \(above), above \(file.folders[2])")
        }
    }

    private static func rank(of file: SourceFile) -> Int? {
        guard file.folders.count > 2 else { return nil }
        return folders.firstIndex { $0.contains(file.folders[2]) }
    }

    /// The types that a file declares: those others can name, or nested and private ones, too.
    private static func declaredTypes(_ file: SourceFile, nested: Bool = false) -> [String] {
        let keywords = ["struct", "enum", "class", "protocol", "actor", "typealias"]
        var depth = 0
        var names: [String] = []
        for (place, token) in file.tokens.enumerated() where place + 1 < file.tokens.count {
            if token.text == "{" { depth += 1 }
            if token.text == "}" { depth -= 1 }
            guard keywords.contains(token.text), nested || depth == 0 else { continue }
            let isPrivate = place > 0 && file.tokens[place - 1].text == "private"
            if nested || !isPrivate { names.append(file.tokens[place + 1].text) }
        }
        return names
    }
}
