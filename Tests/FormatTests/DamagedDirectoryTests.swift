import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Opens directories with each kind of damage: all that is sound can be read, all else is reported.
@Suite struct DamagedDirectoryTests {
    static let damages =
        GoldenDamage.all.filter { $0.before != .uncovered }.map { Case("v1-corrupt", $0) }
        + GoldenDamage.all.map { Case("v2-corrupt", $0) }

    /// A kind of damage to a directory of one of the versions.
    struct Case: CustomTestStringConvertible {
        let folder: String
        let damage: GoldenDamage

        init(_ folder: String, _ damage: GoldenDamage) {
            self.folder = folder
            self.damage = damage
        }

        var golden: GoldenDirectory { GoldenDirectory("\(folder)/\(damage.name)") }
        var testDescription: String { "\(folder)/\(damage.name)" }
        var configuration: LogConfiguration { damage.partition.configuration }

        /// The records that were appended, as lines.
        var records: [String] {
            get throws { try GoldenDirectory(folder).expected("orders-0.jsonl") }
        }
    }

    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()

    init() throws { temporary = try TemporaryDirectory() }

    private func open(
        _ path: String, _ damaged: Case, _ mode: LogDirectoryOptions.Mode = .readWrite
    ) throws -> OpenedDirectory {
        try kept.open(path, mode) { $1 = damaged.configuration }
    }

    // The batch right behind damage could not be reached (`rot-in-a-length`): slots name the ends
    // of batches, so that the search began with the batch before it. A damaged newest head was
    // passed over without a word (`newest-head`), and two of them made a directory a new one
    // (`all-heads`).
    @Test(arguments: damages)
    func `an open keeps what is sound and reports the rest`(after damaged: Case) throws {
        let path = try damaged.golden.copy(in: temporary)
        let opened = try open(path, damaged)
        let report = try OpeningReport(opened, at: path, try damaged.records)
        let expected = try damaged.golden.expected("report.txt")
        #expect(report.lines == expected, "\(report.lines)")
    }

    @Test(arguments: damages)
    func `a second open after a clean close has nothing to repair`(after damaged: Case) throws {
        let path = try damaged.golden.copy(in: temporary)
        var opened = try open(path, damaged)
        let readable = try opened.log("orders-0").lines()
        let end = try opened.log("orders-0").offsets.logEndOffset
        try opened.directory.close()
        opened = try open(path, damaged)
        #expect(opened.directory.recoveryReport.wasClean)
        #expect(!opened.directory.recoveryReport.changedAnything)
        #expect(try opened.log("orders-0").lines() == readable)
        #expect(try opened.log("orders-0").offsets.logEndOffset == end)
    }

    @Test(arguments: damages)
    func `a second crash finds what the first recovery left`(after damaged: Case) throws {
        let path = try damaged.golden.copy(in: temporary)
        var opened = try open(path, damaged)
        let readable = try opened.log("orders-0").lines()
        let end = try opened.log("orders-0").offsets.logEndOffset
        opened = try open(try crashed(path), damaged)
        #expect(try opened.log("orders-0").lines() == readable)
        #expect(try opened.log("orders-0").offsets.logEndOffset == end)
    }

    @Test(arguments: damages)
    func `an append after recovery is read back`(after damaged: Case) throws {
        let path = try damaged.golden.copy(in: temporary)
        let opened = try open(path, damaged)
        let log = try opened.log("orders-0")
        let before = try log.lines()
        let end = log.offsets.logEndOffset
        try log.append { $0.append(key: nil, value: [UInt8]("one more".utf8)) }
        let lines = try log.lines()
        #expect(Array(lines.dropLast()) == before)
        #expect(lines.last?.contains(#""offset":\#(end),"#) ?? false)
        let again = try open(try crashed(path), damaged)
        #expect(try again.log("orders-0").lines() == lines)
    }

    // What only the commit log has is not shown to readers of a directory that nobody recovered.
    @Test(arguments: damages.filter { $0.damage.before != .uncovered })
    func `opening for reading shows the same records and writes nothing`(
        after damaged: Case
    ) throws {
        let data = damaged.golden.data
        let before = try contents(of: data)
        let opened = try open(data, damaged, .readOnly)
        let lines = try opened.log("orders-0").lines()
        try opened.directory.close()
        #expect(try contents(of: data) == before)
        let copy = try open(try damaged.golden.copy(in: temporary), damaged)
        #expect(try copy.log("orders-0").lines() == lines)
    }

    static let refused: [(String, FormatFailure)] = [
        ("v1-corrupt/version-0", .tooOld(version: 0, oldest: 1)),
        ("v2-corrupt/version-0", .tooOld(version: 0, oldest: 1)),
        ("v2-corrupt/version-3", .tooNew(version: 3, newest: 2)),
        ("v1-corrupt/format", .damaged("its checksum does not match its bytes")),
        ("v2-corrupt/format", .damaged("its checksum does not match its bytes")),
    ]

    @Test(arguments: refused)
    func `a directory of another version is refused and left as it is`(
        _ name: String, expected: FormatFailure
    ) throws {
        let path = try GoldenDirectory(name).copy(in: temporary)
        let before = try contents(of: path)
        for mode in [LogDirectoryOptions.Mode.readOnly, .readWrite] {
            #expect(refusal(of: path, mode) == expected)
        }
        #expect(try contents(of: path) == before)
    }

    @Test func `the version that was too new for version 1 is today's`() throws {
        let path = try GoldenDirectory("v1-corrupt/version-2").copy(in: temporary)
        #expect(try kept.open(path).logs.isEmpty)
    }

    private func refusal(of path: String, _ mode: LogDirectoryOptions.Mode) -> FormatFailure? {
        var options = LogDirectoryOptions()
        options.mode = mode
        options.createsDirectory = true
        do throws(LogFailure) {
            _ = try LogDirectory.open(at: path, options)
            return nil
        } catch {
            guard case .format(_, let failure) = error else { return nil }
            return failure
        }
    }

    /// A copy of the directory as a crash now would leave it.
    private func crashed(_ path: String) throws -> String {
        let copy = temporary.path("crashed")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }
}
