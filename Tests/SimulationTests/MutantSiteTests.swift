import NewswireLog
import Testing

/// The sites of `Mutant` in the log, and who finds each out.
struct MutantSiteTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private func text(_ path: String) throws -> String {
        let bytes = try PosixFileSystem().contents(of: path, byteCountMax: 1 << 24)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names after `Mutant.` in all sources, in no order.
    private func sites() throws -> [String] {
        var found: [String] = []
        var folders = [Self.root + "/Sources"]
        while let folder = folders.popLast() {
            for entry in try PosixFileSystem().entries(of: folder) {
                let path = "\(folder)/\(entry.name)"
                if entry.isDirectory { folders.append(path) }
                guard entry.name.hasSuffix(".swift"), entry.name != "Mutant.swift" else { continue }
                found += try text(path).matches(of: /\bMutant\.(\w+)\.isOn\b/).map { String($0.1) }
            }
        }
        return found
    }

    @Test func `every mutant has one site`() throws {
        #expect(try sites().sorted() == Mutant.allCases.map(\.rawValue).sorted())
    }

    @Test func `the script knows every mutant`() throws {
        let script = try text(Self.root + "/tools/mutants")
        let rows = script.split(separator: "\n").drop { !$0.hasPrefix("table=") }.dropFirst()
            .prefix { $0 != "END" }
        let names = rows.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names == Mutant.allCases.map(\.rawValue))
    }

    #if !NEWSWIRE_MUTANTS
        @Test func `in this build none is on`() {
            #expect(Mutant.allCases.allSatisfy { !$0.isOn })
        }
    #endif
}
