import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Opens directories with each kind of damage: all that is sound can be read, all else is reported.
@Suite struct DamagedDirectoryTests {
    static let names = GoldenDamage.all.map(\.name)

    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()

    init() throws { temporary = try TemporaryDirectory() }

    private func golden(_ name: String) -> GoldenDirectory { GoldenDirectory("v1-corrupt/\(name)") }

    private func open(
        _ path: String, _ mode: LogDirectoryOptions.Mode = .readWrite
    ) throws -> OpenedDirectory {
        try kept.open(path, mode) { $1 = GoldenDamage.partition.configuration }
    }

    private var records: [String] {
        get throws { try GoldenDirectory("v1-corrupt").expected("orders-0.jsonl") }
    }

    // The batch right behind damage could not be reached (`rot-in-a-length`): slots name the ends
    // of batches, so that the search began with the batch before it. A damaged newest head was
    // passed over without a word (`newest-head`), and two of them made a directory a new one
    // (`all-heads`).
    @Test(arguments: names)
    func `an open keeps what is sound and reports the rest`(after name: String) throws {
        let golden = golden(name)
        let path = try golden.copy(in: temporary)
        let opened = try open(path)
        let report = try OpeningReport(opened, at: path, try records)
        #expect(report.lines == (try golden.expected("report.txt")))
    }

    @Test(arguments: names)
    func `a second open after a clean close has nothing to repair`(after name: String) throws {
        let path = try golden(name).copy(in: temporary)
        var opened = try open(path)
        let readable = try opened.log("orders-0").lines()
        let end = try opened.log("orders-0").offsets.logEndOffset
        try opened.directory.close()
        opened = try open(path)
        #expect(opened.directory.recoveryReport.wasClean)
        #expect(!opened.directory.recoveryReport.changedAnything)
        #expect(try opened.log("orders-0").lines() == readable)
        #expect(try opened.log("orders-0").offsets.logEndOffset == end)
    }

    @Test(arguments: names)
    func `a second crash finds what the first recovery left`(after name: String) throws {
        let path = try golden(name).copy(in: temporary)
        var opened = try open(path)
        let readable = try opened.log("orders-0").lines()
        let end = try opened.log("orders-0").offsets.logEndOffset
        opened = try open(try crashed(path))
        #expect(try opened.log("orders-0").lines() == readable)
        #expect(try opened.log("orders-0").offsets.logEndOffset == end)
    }

    @Test(arguments: names)
    func `an append after recovery is read back`(after name: String) throws {
        let path = try golden(name).copy(in: temporary)
        let opened = try open(path)
        let log = try opened.log("orders-0")
        let before = try log.lines()
        let end = log.offsets.logEndOffset
        try log.append { $0.append(key: nil, value: [UInt8]("one more".utf8)) }
        let lines = try log.lines()
        #expect(Array(lines.dropLast()) == before)
        #expect(lines.last?.contains(#""offset":\#(end),"#) ?? false)
        let again = try open(try crashed(path))
        #expect(try again.log("orders-0").lines() == lines)
    }

    @Test(arguments: names)
    func `opening for reading shows the same records and writes nothing`(
        after name: String
    ) throws {
        let golden = golden(name)
        let before = try contents(of: golden.data)
        let opened = try open(golden.data, .readOnly)
        let lines = try opened.log("orders-0").lines()
        try opened.directory.close()
        #expect(try contents(of: golden.data) == before)
        let copy = try open(try golden.copy(in: temporary))
        #expect(try copy.log("orders-0").lines() == lines)
    }

    @Test(arguments: GoldenDamage.refused.map(\.name))
    func `a directory of another version is refused and left as it is`(_ name: String) throws {
        let path = try golden(name).copy(in: temporary)
        let before = try contents(of: path)
        let expected: FormatFailure =
            switch name {
            case "version-0": .tooOld(version: 0, oldest: 1)
            case "version-2": .tooNew(version: 2, newest: 2)
            default: .damaged("its checksum does not match its bytes")
            }
        for mode in [LogDirectoryOptions.Mode.readOnly, .readWrite] {
            #expect(refusal(of: path, mode) == expected)
        }
        #expect(try contents(of: path) == before)
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
