import Foundation
import NewswireTesting
import Testing

/// What is the same for all commands: words, options, help, completions.
@Suite(.timeLimit(.minutes(2))) struct CommandLineTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    static let misuses: [(arguments: [String], says: String)] = [
        ([], "newswire needs one of: topics, "),
        (["topics"], "newswire topics needs one of: create, list, "),
        (["topic", "list"], "newswire has no command 'topic'; did you mean 'topics'?"),
        (["topics", "creat"], "newswire topics has no command 'creat'; did you mean 'create'?"),
        (
            ["topics", "create"],
            "NAME is missing: the name of the topic; see newswire topics create"
        ),
        (["topics", "create", "a", "b"], "'b' is one word too many"),
        (
            ["topics", "create", "a", "--partitons", "3"],
            "newswire topics create has no option '--partitons'; did you mean '--partitions'?"
        ),
        (["topics", "list", "-x"], "newswire topics list has no option '-x'"),
        (["topics", "list", "--output"], "--output needs table|json|jsonl|csv"),
        (
            ["topics", "list", "-o", "tabel"],
            "--output is one of table, json, jsonl, csv, not 'tabel'; did you mean 'table'?"
        ),
        (["topics", "list", "--quiet=yes"], "--quiet takes no value"),
        (["topics", "list", "--quiet", "--quiet"], "--quiet is there twice"),
        (["consume", "a", "--from", "--follow"], "--from needs WHERE, and '--follow' looks like"),
        (["topics", "create", "a", "--partitions", "0"], "--partitions is a whole number from 1"),
        (
            ["topics", "create", "a", "--partitions", "two"],
            "--partitions is a whole number from 1"
        ),
        (["topics", "create", "a", "--wait", "5"], "--wait is a duration as 500ms, 30s or 1h30m"),
        (["topics", "create", "a", "--config", "retention.ms"], "--config takes KEY=VALUE, not"),
        (["topics", "create", "a", "--config", "x=1", "--config", "x=2"], "--config sets x twice"),
        (["topics", "create", "a", "--config", "retention.m=1"], "did you mean retention.ms?"),
        (["topics", "create", "a", "--config", "retention.ms=x"], "retention.ms cannot be \"x\""),
        (["topics", "create", "a/b"], "\"a/b\" is no name for a topic"),
        (["topics", "trim", "a"], "--before OFFSET|@TIME is missing"),
        (["topics", "trim", "a", "--before", "-5"], "--before is an offset, @TIME or end"),
        (["topics", "alter", "a"], "nothing is to be changed"),
        (
            ["consume", "a", "--follow", "-o", "json"],
            "--output json is one value, which never ends"
        ),
        (["consume", "a", "--from", "1h"], "--from is one of beginning, end, OFFSET, -N, @MS"),
        (["consume", "a", "--from", "@2026-02-29"], "--from is one of beginning, end, OFFSET"),
        (["consume", "a", "--to", "+5"], "--to is one of beginning, end, OFFSET"),
        (["consume", "a", "--max", "-1"], "--max is a whole number from 0"),
        (["produce", "a", "--key-separator", ""], "--key-separator is empty"),
        (["produce", "a", "--input", "jsonl", "--key-separator", ":"], "is for --input lines"),
        (["produce", "a", "--durability", "sync"], "--durability is one of synced, interval"),
        (["produce", "a", "nowhere.txt"], "there is no file nowhere.txt"),
        (["inspect", "nowhere"], "there is nothing at nowhere"),
        (["verify", "nowhere"], "there is nothing at nowhere"),
        (["topics", "list"], ": it is not a Newswire directory"),
        (["completions", "ksh"], "there are completions for bash, zsh and fish, not 'ksh'"),
    ]

    @Test(arguments: misuses)
    func `misuse is said in one sentence and ends with 2`(
        arguments: [String], says: String
    ) async throws {
        let result = try await newswire.run(arguments)
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errorLines.count == 1)
        #expect(result.errors.hasPrefix("newswire: "))
        #expect(result.errors.contains(says))
    }

    @Test func `without a directory nothing is guessed`() async throws {
        let result = try await newswire.run(
            ["topics", "list"], environment: ["NEWSWIRE_DATA": ""])
        #expect(result.status == 2)
        #expect(result.errors.contains("use --data DIR or set NEWSWIRE_DATA"))
    }

    @Test(
        arguments: [
            ["--data=DIR", "topics", "list"], ["topics", "--data", "DIR", "list"],
            ["topics", "list", "-d", "DIR"], ["topics", "list", "-dDIR"],
        ])
    func `common options may stand anywhere`(arguments: [String]) async throws {
        try await newswire.succeed("topics", "create", "orders")
        let words = arguments.map { $0.replacing("DIR", with: newswire.data) }
        let result = try await newswire.run(words, environment: ["NEWSWIRE_DATA": "/nowhere"])
        #expect(result.status == 0)
        #expect(result.lines.count == 1)
    }

    @Test func `two dashes end the options`() async throws {
        try await newswire.succeed("topics", "create", "--", "-orders")
        let result = try await newswire.succeed("topics", "list", "-o", "csv")
        #expect(result.lines.last?.hasPrefix("-orders,") == true)
    }

    @Test(
        arguments: [
            ["--help"], ["help"], ["topics", "--help"], ["help", "topics", "create"],
            ["topics", "create", "--help"], ["produce", "-h"], ["consume", "orders", "--help"],
            ["offsets", "--help"], ["inspect", "--help"], ["verify", "--help"],
            ["recover", "--help"], ["completions", "--help"],
        ])
    func `help teaches with an example on every level`(arguments: [String]) async throws {
        let result = try await newswire.run(arguments)
        #expect(result.status == 0)
        #expect(result.errors == "")
        let lines = result.lines
        #expect(lines.first?.hasPrefix("newswire") == true)
        #expect(lines.contains { $0.hasPrefix("usage: newswire") })
        let example = try #require(lines.lastIndex { $0.hasPrefix("example: ") })
        #expect(lines[example + 1].contains("newswire"))
        #expect(lines.allSatisfy { $0.count <= 100 })
    }

    @Test func `what help shows as an option is one`() async throws {
        let help = try await newswire.succeed("topics", "create", "--help")
        let shown = help.lines.filter { $0.hasPrefix("  --") || $0.hasPrefix("  -") }
        #expect(shown.contains { $0.contains("--partitions N") })
        #expect(shown.contains { $0.contains("-o, --output table|json|jsonl|csv") })
    }

    // MARK: Completions

    static let completions: [(words: [String], offers: Set<String>)] = [
        (["to"], ["topics"]), (["topics", "de"], ["describe", "delete"]),
        (["topics", "create", "x", "--part"], ["--partitions"]),
        (["topics", "list", "-o", ""], ["table", "json", "jsonl", "csv"]),
        (["produce", "x", "--input", "j"], ["jsonl"]),
        (["consume", "ord"], ["orders", "ordinary"]),
        (["--quiet", "topics", "li"], ["list"]),
    ]

    @Test(arguments: completions)
    func `bash completes words`(words: [String], offers: Set<String>) async throws {
        try await newswire.succeed("topics", "create", "orders")
        try await newswire.succeed("topics", "create", "ordinary")
        let script = try await newswire.succeed("completions", "bash")
        let typed = (["newswire"] + words).map { "'\($0)'" }.joined(separator: " ")
        let path = newswire.folder.path("completions.bash")
        try """
        PATH="\(CommandHarness.executable.deletingLastPathComponent().path):$PATH"
        export NEWSWIRE_DATA='\(newswire.data)'
        \(script.output)
        COMP_WORDS=(\(typed))
        COMP_CWORD=\(words.count)
        _newswire
        printf '%s\\n' "${COMPREPLY[@]}"
        """.write(toFile: path, atomically: true, encoding: .utf8)
        let offered = try Shell.run("bash \(path)")
        #expect(Set(offered.split(separator: "\n").map(String.init)) == offers)
    }

    @Test(arguments: ["zsh", "fish"])
    func `each shell has every command and option`(shell: String) async throws {
        let script = try await newswire.succeed("completions", shell).output
        for word in ["topics", "create", "partitions", "produce", "follow", "jsonl", "scrub"] {
            #expect(script.contains(word))
        }
        if try Shell.run("command -v \(shell) || true") != "" {
            let path = newswire.folder.path("completions.\(shell)")
            try script.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try Shell.run("\(shell) -n \(path) 2>&1 && echo fine") == "fine\n")
        }
    }
}

/// Other programs than the command.
enum Shell {
    /// Whether a program can be given a terminal here.
    static let hasTerminals = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

    /// Runs a line of shell and answers what it wrote.
    static func run(_ line: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.standardOutput = output
        try process.run()
        let written = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: written, as: UTF8.self)
    }
}
