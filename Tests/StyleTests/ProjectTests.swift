import Testing

/// The rules on all files of the project.
///
/// Each list of exemptions is part of the rule: it gives reasons, it shrinks, and an entry that is
/// needed no more fails.
struct ProjectTests {
    private func findings(
        _ rule: (SourceFile) -> [Finding], in folders: [String] = [""]
    ) throws -> [Finding] {
        let files = try SourceTree.files.filter { file in
            folders.contains { file.path.hasPrefix($0) }
        }
        try #require(!files.isEmpty)
        return files.flatMap(rule)
    }

    // MARK: Shape

    @Test func `no line is too wide`() throws {
        expectNone(try findings(ShapeRules.longLines))
    }

    @Test func `no file is too long`() throws {
        expectNone(try findings(ShapeRules.longFile))
    }

    @Test func `no function is too long`() throws {
        expectNone(try findings(ShapeRules.longFunctions))
    }

    @Test func `no function has too many parameters`() throws {
        expectNone(try findings(ShapeRules.manyParameters))
    }

    @Test func `nothing nests too deep`() throws {
        expectNone(try findings(ShapeRules.deepNesting))
    }

    // MARK: Words

    @Test func `nothing traps or drops an error`() throws {
        expectNone(try findings(WordRules.traps))
    }

    @Test func `no catch is empty`() throws {
        expectNone(try findings(WordRules.emptyCatches))
    }

    @Test func `no test sleeps`() throws {
        expectNone(try findings(WordRules.sleeps, in: ["Tests/"]))
    }

    @Test func `the libraries print nothing`() throws {
        expectNone(try findings(WordRules.printing, in: ["Sources/"]))
    }

    @Test func `unsafe stays behind its fences`() throws {
        let fences = ["Sources/NewswireLog/Bytes/", "Sources/NewswireLog/Files/"]
        let outside = try findings(WordRules.unsafeUses).filter { finding in
            !fences.contains { finding.path.hasPrefix($0) }
        }
        expectNone(
            outside,
            except: [
                Exemption(
                    "tools/newswire/System/",
                    because: "the command's own fence: descriptors, signals and the environment"),
                Exemption(
                    "Benchmarks/newswire-bench/FloorPrograms.swift",
                    because: "hands the floors in C their buffers"),
                Exemption(
                    "Sources/NewswireTesting/Files/",
                    because: "system calls that take a path or fill a C structure"),
                Exemption(
                    "Tests/NewswireLogTests/Bytes/CRC32CTests.swift",
                    because: "calls each variant in C, which the library chooses among by itself"),
                Exemption(
                    "Tests/NewswireLogTests/Bytes/FencedBytes.swift",
                    because: "puts a page behind the bytes that must not be touched"),
                Exemption("Tests/Fuzzing/", because: "libFuzzer hands over a pointer"),
            ])
    }

    @Test func `underscored attributes stay out`() throws {
        expectNone(
            try findings(WordRules.underscoredAttributes),
            except: [
                Exemption(
                    "Sources/Newswire/Exports.swift",
                    because: "one import for embedders; there is no other spelling")
            ])
    }

    @Test func `nothing is testable that is not package`() throws {
        expectNone(
            try findings(WordRules.testableImports),
            except: [Exemption("Tests/Fuzzing/", because: "these programs are outside the package")]
        )
    }

    @Test func `every test is a sentence`() throws {
        expectNone(try findings(WordRules.unnamedTests, in: ["Tests/"]))
    }

    @Test func `nothing is left unfinished`() throws {
        expectNone(try findings(WordRules.unfinished))
    }

    @Test func `every unchecked promise has a reason`() throws {
        expectNone(try findings(WordRules.unexplainedPromises))
    }

    // MARK: Names

    @Test func `file names say what is inside`() throws {
        expectNone(
            try SourceTree.paths(endingWith: ["swift", "c", "h", "md"]).flatMap(
                WordRules.vagueNames))
    }

    @Test func `file names are unique within a module`() throws {
        let modules = Dictionary(grouping: try SourceTree.files) { file in
            file.folders.prefix(2).joined(separator: "/") + "/" + file.name
        }
        expectNone(
            modules.values.filter { $0.count > 1 }.flatMap { twins in
                twins.map { $0.finding(line: 1, "\($0.name) is there twice in its module") }
            })
    }

    // MARK: Layers

    @Test func `modules import downwards only`() throws {
        expectNone(try findings(LayerRules.wrongImports))
    }

    @Test func `folders of the log use those below only`() throws {
        let heals = "a segment that finds damage heals itself with what recovery has"
        expectNone(
            LayerRules.upwardUses(try SourceTree.files),
            except: [
                Exemption("Sources/NewswireLog/Segments/Segment+Damage.swift", because: heals),
                Exemption("Sources/NewswireLog/Segments/Segment+Indexes.swift", because: heals),
                Exemption(
                    "Sources/NewswireLog/Segments/Segment.swift",
                    because: "LogServices is what every room of a directory shares"),
            ])
    }

    // MARK: Documentation

    @Test func `every page that is named exists`() throws {
        let pages = try SourceTree.paths(endingWith: [".md"])
        let names = Set(pages.compactMap { $0.split(separator: "/").last?.dropLast(3) })
        let mentions =
            try SourceTree.files.flatMap { PageMention.all(in: $0.lines, of: $0.path) }
            + pages.flatMap { PageMention.all(in: try SourceTree.text($0).lines, of: $0) }
        expectNone(
            mentions.filter { !names.contains($0.page[...]) }.map { mention in
                Finding(
                    path: mention.path, line: mention.line,
                    message: "there is no page \(mention.page)")
            })
    }
}
