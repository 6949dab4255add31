import Testing

/// The rules, each on a sample that breaks it and one that does not.
struct RuleTests {
    private func file(_ text: String, _ path: String = "Sources/Newswire/A.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test(
        arguments: [
            "try! a()", "try? a()", "b as! C", "fatalError()", "a!", "a!.b", "a()!", "b[0]!.c",
            "let a: Int!", "a?.b!",
        ])
    func `what traps or drops an error is found`(in text: String) {
        #expect(WordRules.traps(file(text)).count == 1)
    }

    @Test(
        arguments: [
            "try a()", "if try !a() {}", "a != b", "!a", "(!a)", "a as? B", "let a: Int?",
            "a ? b : c",
            "\"a!\" // try! a!", "#if !os(Linux)", "func `it works!`() {}",
        ])
    func `what only looks like it is not`(in text: String) {
        #expect(WordRules.traps(file(text)).isEmpty)
    }

    @Test func `a finding says where`() {
        let found = WordRules.traps(file("\n\nlet a = b!"))
        #expect(found.lines.hasPrefix("Sources/Newswire/A.swift:3: forced unwrapping"))
    }

    @Test func `words out of place are found`() {
        #expect(WordRules.emptyCatches(file("do { a() } catch {}")).count == 1)
        #expect(WordRules.emptyCatches(file("do { a() } catch { b() }")).isEmpty)
        #expect(WordRules.sleeps(file("usleep(1); Task.sleep(for: a)")).count == 2)
        #expect(WordRules.sleeps(file("let sleep = 1")).isEmpty)
        #expect(WordRules.printing(file("print(a)")).count == 1)
        #expect(WordRules.unsafeUses(file("unsafe a()")).count == 1)
        #expect(WordRules.unsafeUses(file("@unsafe struct Safe {} // unsafe")).count == 1)
        #expect(WordRules.underscoredAttributes(file("@_lifetime(copy a) @_cdecl")).count == 1)
        #expect(WordRules.testableImports(file("@testable import A")).count == 1)
        #expect(WordRules.unfinished(file("// TO" + "DO: a")).count == 1)
        #expect(WordRules.unfinished(file("let toDos = METHODO")).isEmpty)
        #expect(WordRules.vagueNames("Sources/A/StringUtils.swift").count == 1)
    }

    @Test func `tests are sentences`() {
        #expect(WordRules.unnamedTests(file("@Test func a() {}")).count == 1)
        #expect(WordRules.unnamedTests(file("@Test(arguments: [1]) func `b`() {}")).count == 1)
        #expect(WordRules.unnamedTests(file("@Test func `a b`() {}")).isEmpty)
    }

    @Test func `an unchecked promise wants a reason`() {
        #expect(WordRules.unexplainedPromises(file("/// A.\nclass A: @unchecked B {")).count == 1)
        let explained = "class A: @unchecked Sendable {\n    // Unchecked: nobody writes.\n}"
        #expect(WordRules.unexplainedPromises(file(explained)).isEmpty)
    }

    @Test func `limits of shape are exact`() {
        let wide = String(repeating: "a", count: 100)
        #expect(ShapeRules.longLines(file(wide)).isEmpty)
        #expect(ShapeRules.longLines(file(wide + "a")).count == 1)
        let lines = String(repeating: "a\n", count: 600)
        #expect(ShapeRules.longFile(file(lines)).isEmpty)
        #expect(ShapeRules.longFile(file(lines + "a\n")).count == 1)
        let statements = String(repeating: "a()\n", count: 68)
        #expect(ShapeRules.longFunctions(file("func a() {\n\(statements)}")).isEmpty)
        #expect(ShapeRules.longFunctions(file("func a() {\n\(statements)a()\n}")).count == 1)
        #expect(ShapeRules.manyParameters(file("func a(b: B, c: B, d: B, e: B, f: B) {}")).isEmpty)
        let six = "func a(b: B, c: B, d: B, e: B, f: B, g: B) {}"
        #expect(ShapeRules.manyParameters(file(six)).count == 1)
        let three = "a {\na {\na {\nb()\n}\n}\n}"
        #expect(ShapeRules.deepNesting(file("func a() {\n\(three)\n}")).isEmpty)
        #expect(ShapeRules.deepNesting(file("func a() {\na {\n\(three)\n}\n}")).count == 1)
    }

    @Test(
        arguments: [
            ("Sources/NewswireLog/Bytes/A.swift", "internal import Foundation", 1),
            ("Sources/NewswireLog/Bytes/A.swift", "import struct Glibc.stat", 0),
            ("Sources/Newswire/A.swift", "public import NewswireTesting", 1),
            ("Sources/Newswire/A.swift", "@_exported public import NewswireLog", 0),
            ("Tests/NewswireTests/A.swift", "import XCTest\nimport Testing", 1),
            ("Sources/Unknown/A.swift", "", 1),
        ])
    func `imports point down`(from path: String, _ text: String, findings count: Int) {
        #expect(LayerRules.wrongImports(file(text, path)).count == count)
    }

    @Test func `folders of the log point down`() {
        let high = file("package struct Segment {}", "Sources/NewswireLog/Segments/Segment.swift")
        let low = file("struct A {\n    let b: Segment\n}", "Sources/NewswireLog/Bytes/A.swift")
        let found = LayerRules.upwardUses([high, low])
        #expect(found.lines.hasPrefix("Sources/NewswireLog/Bytes/A.swift:2: Segment lives in"))
        let downwards = [
            file("struct A {}", "Sources/NewswireLog/Bytes/A.swift"),
            file("struct B { let a: A }", "Sources/NewswireLog/Segments/B.swift"),
        ]
        #expect(LayerRules.upwardUses(downwards).isEmpty)
        let homeless = LayerRules.upwardUses([file("", "Sources/NewswireLog/A.swift")])
        #expect(homeless.count == 1)
    }
}

struct PageMentionTests {
    @Test func `mentions of pages are found with their line`() {
        let lines = ["/// See <doc" + ":Recovery> and <doc" + ":Index#Slots>.", "nothing"]
        let found = PageMention.all(in: lines, of: "A.swift")
        #expect(found.map(\.page) == ["Recovery", "Index"])
        #expect(found.map(\.line) == [1, 1])
    }
}
