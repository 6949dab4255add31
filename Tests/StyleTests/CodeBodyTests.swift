import Testing

struct CodeBodyTests {
    private func bodies(_ text: String, _ path: String = "Sample.swift") -> [CodeBody] {
        SourceFile(path: path, text: text).bodies
    }

    @Test func `a body reaches from its keyword to its brace`() throws {
        let found = bodies(
            "struct A {\n    func b(\n        c: Int\n    ) {\n        d()\n    }\n}")
        let body = try #require(found.first)
        #expect(found.count == 1)
        #expect((body.name, body.line, body.endLine, body.lineCount) == ("b", 2, 6, 5))
    }

    @Test(
        arguments: [
            ("func a() {}", 0), ("func a(_ b: Int) {}", 1), ("init(a: Int, b: [Int: Int]) {}", 2),
            ("func a<T: C>(b: D<T, T>, c: (E, F: Int) -> Void) {}", 2),
            ("func a(b: Int = 1, c: () -> Int = { let d: Int = 1; return d }) {}", 2),
            ("subscript(a: Int, b: Int) -> Int { a }", 2),
            ("static func < (left: A, right: A) -> Bool { true }", 2),
        ])
    func `parameters are counted`(of text: String, as count: Int) {
        #expect(bodies("struct S {\n\(text)\n}").compactMap(\.parameterCount) == [count])
    }

    @Test func `members of types are bodies of their own`() {
        let text = """
            enum A {
                static let table = [1, 2].map { $0 + 1 }
                case a
                var b: Int { 1 }
                var c: Int {
                    @_lifetime(copy self) get { 2 }
                    set { d(newValue) }
                }
                init?(e: Int) { self.init(e) }
                deinit { f() }
            }
            protocol P {
                func g() throws(E) -> any F
                var h: Int { get }
            }
            extension P where Q == R { func i() {} }
            """
        #expect(
            bodies(text).map(\.name)
                == ["let", "b", "get", "set", "init", "deinit", "i"].map {
                    $0 == "let" ? "table" : $0
                })
    }

    @Test(
        arguments: [
            ("if b {\n c()\n}", 1), ("if b { c() }", 0),
            ("if b {\n c()\n} else {\n d()\n}", 1),
            ("for a in b {\n switch c {\n case d:\n e {\n f()\n}\n}\n}", 3),
            ("guard let a else { return }\nwhile b {\n guard c else { return }\n}", 1),
            ("func inner() {\n if a {\n b()\n}\n}", 0),
            ("struct Local {\n var a: Int { 1 }\n}", 0),
        ])
    func `blocks of several lines nest`(in text: String, to depth: Int) {
        #expect(bodies("func outer() {\n\(text)\n}").first?.nesting == depth)
    }

    @Test func `the innermost block is named`() {
        let text = "func a() {\nif b {\nc()\n}\nif d {\nif e {\nf()\n}\n}\n}"
        #expect(bodies(text).map(\.deepestLine) == [6])
    }

    @Test func `functions of C are bodies, its data is not`() {
        let text = """
            struct a { int b; };
            static const int table[] = { 1, 2 };
            int c(void);
            __attribute__((target("sse4.2")))
            static int c(int d, const char *e) {
                if (d) {
                    return 1;
                }
                return 0;
            }
            int f(void) { return 0; }
            """
        let found = bodies(text, "sample.c")
        #expect(found.map(\.name) == ["c", "f"])
        #expect(found.map(\.parameterCount) == [2, 0])
        #expect(found.map(\.nesting) == [1, 0])
        #expect(found.map(\.lineCount) == [6, 1])
    }
}
