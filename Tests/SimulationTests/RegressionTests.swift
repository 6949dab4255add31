import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Runs that once went wrong, or that find a mutant out, as text; they are run for ever.
struct RegressionTests {
    /// The text cases by the names of their files, sorted.
    static let cases: [(name: String, text: String)] = {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = root + "/Tests/Regressions"
        let fileSystem = PosixFileSystem()
        do {
            let names = try fileSystem.entries(of: folder).map(\.name).filter {
                $0.hasSuffix(".txt")
            }
            return try names.sorted().map { name in
                let bytes = try fileSystem.contents(of: "\(folder)/\(name)", byteCountMax: 1 << 20)
                return (name, String(decoding: bytes, as: UTF8.self))
            }
        } catch {
            Issue.record("no text cases: \(error)")
            return []
        }
    }()

    @Test func `there are text cases`() { #expect(Self.cases.count >= 5) }

    @Test(arguments: cases.map(\.name))
    func `a text case goes as promised, and finds its mutants out`(name: String) throws {
        let text = try #require(Self.cases.first { $0.name == name }?.text)
        let scenario = try DirectoryScenario(text: text)
        #expect(!scenario.comment.isEmpty, "\(name) does not tell its story")
        let failure = scenario.run(nil).failure
        #expect(failure == nil, "\(name)")
        for kill in scenario.kills {
            let mutant = try #require(SyncMutant.all.first { $0.name == kill }, "\(name): \(kill)")
            #expect(scenario.run(mutant).failure != nil, "\(name) does not find \(kill) out")
        }
    }

    @Test func `the mutants that no seed finds soon have a text case`() throws {
        let killed = try Self.cases.flatMap { try DirectoryScenario(text: $0.text).kills }
        #expect(Set(killed).isSuperset(of: ["late-head-sync", "no-recovery-metadata-sync"]))
    }

    /// A text case from outside, for whoever searches: `NEWSWIRE_CASE` names its file.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["NEWSWIRE_CASE"] != nil))
    func `the case that the environment names goes as promised`() throws {
        let path = try #require(ProcessInfo.processInfo.environment["NEWSWIRE_CASE"])
        let bytes = try PosixFileSystem().contents(of: path, byteCountMax: 1 << 20)
        let scenario = try DirectoryScenario(text: String(decoding: bytes, as: UTF8.self))
        let failure = scenario.run(nil).failure
        #expect(failure == nil, "\(path)")
    }
}
