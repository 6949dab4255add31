import NewswireLog
import NewswireTesting
import Testing

struct CrashModelPageTests {
    /// The lines of the page.
    private func page() throws -> [Substring] {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = root + "/Sources/NewswireLog/NewswireLog.docc/CrashModel.md"
        let bytes = try PosixFileSystem().contents(of: path, byteCountMax: 1 << 20)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// What stands first in the rows of the table whose heading begins with `column`.
    private func names(under column: String) throws -> [String] {
        try page().drop { !$0.hasPrefix("| \(column) |") }.dropFirst(2)
            .prefix { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
    }

    @Test func `the page lists the profiles that there are`() throws {
        #expect(try names(under: "profile") == CrashProfile.allCases.map(\.rawValue))
    }

    @Test func `the page lists the effects that faults have`() throws {
        let effects: [Fault.Effect] = [
            .failure(5), .omission, .postponement(changes: 1), .loss, .misdirection(byteCount: 1),
            .failedWriteback(5), .delay(.seconds(1)), .rot(bit: 1), .intrusion(path: "/", []),
        ]
        let named = effects.map { String("\($0)".prefix { $0 != "(" }) }
        #expect(try names(under: "effect") == named)
    }

    @Test func `every step says what is found and what recovery does`() throws {
        let rows = try page().filter { $0.hasPrefix("| a ") || $0.hasPrefix("| an ") }
        #expect(rows.count > 10)
        for row in rows {
            let cells = row.split(separator: "|").map { $0.filter { $0 != " " } }
            #expect(cells.count == 4 && cells.allSatisfy { !$0.isEmpty }, "\(row)")
        }
    }
}
