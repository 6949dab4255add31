import Foundation
import Testing

/// `recover`, and what every opening says after a crash.
@Suite(.timeLimit(.minutes(2))) struct RecoverCommandTests {
    private let newswire: CommandHarness

    init() throws { newswire = try CommandHarness() }

    /// Ten records in a topic whose writer was killed, with half a batch behind them.
    private func crash() async throws {
        try await newswire.succeed(
            "topics", "create", "t", "--config", "newswire.durability=written")
        let typing = try newswire.start("produce", "t", "--print-acks")
        for number in 0..<10 {
            try typing.type("value \(number)\n")
            #expect(typing.nextLine() != nil)
        }
        typing.signal(SIGKILL)
        #expect(try typing.end().status == 128 + SIGKILL)
        let path = newswire.data + "/t-0/00000000000000000000.log"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try (whole + whole.prefix(50)).write(to: URL(fileURLWithPath: path))
    }

    @Test func `a torn tail is cut and told, once`() async throws {
        try await crash()
        let result = try await newswire.succeed("recover")
        let row = try #require(result.lines.first { $0.contains(#""topic":"t""#) })
        #expect(row.contains(#""partition":0,"logEndOffset":10,"#))
        #expect(row.contains(#""cutBytes":50,"quarantinedFiles":0,"#))
        #expect(row.contains(#""lostOffsets":0,"#))
        #expect(result.errors.contains("t-0: 50 bytes cut from byte "))
        #expect(result.errors.contains("the directory was not closed in order"))
        let again = try await newswire.succeed("recover")
        #expect(again.output == "")
        #expect(again.errors == "newswire: the directory was closed in order\n")
        #expect(try await newswire.succeed("consume", "t").lines.count == 10)
        #expect(try await newswire.succeed("verify").output == "")
    }

    @Test func `a dry run only says what would be done`() async throws {
        try await crash()
        let before = try Shell.run("cd \(newswire.data) && find . -type f | sort | xargs md5sum")
        let result = try await newswire.succeed("recover", "--dry-run")
        #expect(result.output.contains(#""cutBytes":50,"#))
        #expect(result.errors.contains("t-0: 50 bytes would be cut from byte "))
        let after = try Shell.run("cd \(newswire.data) && find . -type f | sort | xargs md5sum")
        #expect(before == after)
    }

    @Test func `whoever opens first after a crash says what was cut`() async throws {
        try await crash()
        let result = try await newswire.succeed("produce", "t", input: "value 10\n")
        #expect(result.errorLines.first?.contains("t-0: 50 bytes cut from byte ") == true)
        #expect(try await newswire.succeed("consume", "t").lines.count == 11)
        let quiet = try await newswire.succeed("produce", "t", "--quiet", input: "value 11\n")
        #expect(quiet.errors == "")
    }

    @Test func `reading after a crash shows what is whole and changes nothing`() async throws {
        try await crash()
        let result = try await newswire.succeed("consume", "t")
        #expect(result.lines.count == 10)
        #expect(result.errors == "")
        let verified = try await newswire.run("verify")
        #expect(verified.status == 1)
        #expect(verified.lines.count == 1)
    }
}
