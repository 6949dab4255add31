import Foundation
import Testing

/// What is different when people look and type: the command runs in a terminal of `script`.
@Suite(.timeLimit(.minutes(2)), .enabled(if: Shell.hasTerminals)) struct TerminalTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    /// Runs the command with a terminal for all three streams, and `input` typed.
    private func runInTerminal(_ arguments: String, input: String = "") throws -> String {
        let command = "\(CommandHarness.executable.path) \(arguments)"
        let typed =
            "printf '%s' '\(input)' | NEWSWIRE_DATA=\(newswire.data) TERM=xterm env -u NO_COLOR"
        let written = try Shell.run("\(typed) script -qec '\(command)' /dev/null; echo status $?")
        return written.replacing("\r\n", with: "\n")
    }

    @Test func `a list is a table`() async throws {
        try await newswire.createTopic("t")
        let shown = try runInTerminal("topics list")
        #expect(shown.contains("NAME  PARTITIONS  RECORDS  BYTES  DURABILITY\n"))
        #expect(shown.hasSuffix("status 0\n"))
    }

    @Test func `deleting asks for the name`() async throws {
        try await newswire.createTopic("t")
        let refused = try runInTerminal("topics delete t", input: "no\n")
        #expect(refused.contains("topic t goes with all its records; type its name to go on: "))
        #expect(refused.contains("nothing was done, as the answer was not 't'"))
        #expect(refused.hasSuffix("status 1\n"))
        #expect(try await newswire.succeed("topics", "list").lines.count == 1)
        #expect(try runInTerminal("topics delete t", input: "t\n").hasSuffix("status 0\n"))
        #expect(try await newswire.succeed("topics", "list").lines.count == 0)
    }

    @Test func `errors are coloured unless that is not wanted`() throws {
        #expect(try runInTerminal("topic").contains("\u{1b}[31mnewswire:\u{1b}[0m newswire has no"))
        let plain = try Shell.run(
            "NO_COLOR=1 script -qec '\(CommandHarness.executable.path) topic' /dev/null")
        #expect(plain.hasPrefix("newswire: newswire has no command 'topic'"))
    }
}
