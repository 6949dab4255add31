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

    @Test func `the page lists the profiles that there are`() throws {
        let names = try page().filter { $0.hasPrefix("| `") }.compactMap { line in
            line.split(separator: "`").dropFirst().first.map(String.init)
        }
        let profiles = CrashProfile.allCases.map(\.rawValue)
        #expect(names.filter { $0 != "newswire.format" } == profiles)
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
