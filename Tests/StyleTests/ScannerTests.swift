import Testing

struct ScannerTests {
    private func code(_ text: String, _ path: String = "Sample.swift") -> String {
        String(decoding: SourceFile(path: path, text: text).code, as: UTF8.self)
    }

    @Test(
        arguments: [
            ("let a = 1 // b", "let a = 1     "),
            ("a /* b /* c */ d */ e", "a                   e"),
            (#"f("try! x", y)"#, #"f("      ", y)"#),
            (#"f("a\"b", c)"#, #"f("    ", c)"#),
            (#""\\" + a"#, #""  " + a"#),
            (##"#"a"b\c"# + d"##, ##"#"     "# + d"##),
            ("\"\"\"\n try! \"quoted\" \n\"\"\" + a", "\"\"\"\n               \n\"\"\" + a"),
            (#""a \(b(c) + "d") e" + f"#, #""    b(c) + " "   " + f"#),
            (##"#"\(a) \#(b)"# + c"##, ##"#"        b "# + c"##),
            ("func `a torn tail? yes`()", "func `a_torn_tail__yes`()"),
        ])
    func `only code is left`(of text: String, is expected: String) {
        #expect(code(text) == expected)
    }

    @Test(
        arguments: [
            ("char q = '\"'; int a; // b", "char q = ' '; int a;     "),
            ("char q = '\\''; /* b /* c */ d", "char q = '  ';              d"),
            (#"puts("a \"b\" // c"); d"#, #"puts("            "); d"#),
        ])
    func `only code is left in C`(of text: String, is expected: String) {
        #expect(code(text, "sample.c") == expected)
    }

    @Test func `comments keep their place`() {
        let file = SourceFile(path: "Sample.swift", text: "a // b \"c\"\nd /* e\nf */ g")
        #expect(String(decoding: file.comments, as: UTF8.self) == "  // b \"c\"\n  /* e\nf */  ")
    }

    @Test func `an unfinished literal ends with its line`() {
        #expect(code("a = \"b\nc = 1") == "a = \" \nc = 1")
    }

    @Test func `tokens know their line and the space before them`() {
        let tokens = Token.all(in: Array("a!\n-> b_1".utf8))
        #expect(tokens.map(\.text) == ["a", "!", "->", "b_1"])
        #expect(tokens.map(\.line) == [1, 1, 2, 2])
        #expect(tokens.map(\.isAfterSpace) == [true, false, true, true])
    }
}
