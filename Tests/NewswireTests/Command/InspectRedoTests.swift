import Foundation
import NewswireTesting
import Testing

/// `inspect` and `verify`, on the files of the commit log.
@Suite(.timeLimit(.minutes(2))) struct InspectRedoTests {
    private let newswire: CommandHarness
    /// Five records, one a group, in a directory whose owner was killed.
    private let redo: String

    init() async throws {
        newswire = try CommandHarness()
        try await newswire.createTopic("t", partitions: 2)
        let typing = try newswire.start("produce", "t", "--print-acks", "--partition", "1")
        for number in 0..<5 {
            try typing.type("value \(number)\n")
            _ = typing.nextLine()
        }
        typing.signal(9)
        _ = try typing.end()
        let folder = newswire.data + "/commit/"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        var used: String?
        // The newest one may be a spare.
        for file in files.filter({ $0.hasSuffix(".redo") }).sorted() {
            let shown = try await newswire.succeed("inspect", folder + file)
            if !Self.groups(shown).isEmpty { used = folder + file }
        }
        redo = try #require(used)
    }

    private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        body(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private static func groups(_ result: CommandResult) -> [String] {
        result.lines.filter { $0.hasPrefix(#"{"type":"group","#) }
    }

    @Test func `a group is a line behind what the first page says`() async throws {
        let result = try await newswire.succeed("inspect", redo)
        let properties = result.lines.filter { $0.hasPrefix(#"{"type":"entry","#) }
        #expect(properties.count == 3)
        #expect(properties[0].hasSuffix(#""name":"version","value":"1"}"#))
        let groups = Self.groups(result)
        #expect(groups.count >= 5)
        let last = try #require(groups.last)
        #expect(last.contains(#","entryCount":1,"batchByteCount":"#))
        #expect(last.hasSuffix(#","partitionCount":1}"#))
        let fields = /"position":(\d+),"byteCount":(\d+),.*"batchByteCount":(\d+),/
        let found = try #require(last.firstMatch(of: fields)).output
        #expect((Int(found.1) ?? 1) % 4096 == 0)
        #expect((Int(found.2) ?? 0) > (Int(found.3) ?? .max))
        let csv = try await newswire.succeed("inspect", redo, "-o", "csv")
        #expect(csv.lines.count == groups.count + 1)
        #expect(csv.lines[0].hasPrefix("sequence,position,"))
    }

    @Test func `a directory that was not closed in order is sound`() async throws {
        #expect(try await newswire.succeed("verify").output == "")
        // The last group torn, as a power failure leaves it.
        let position = try #require(try await positions().last)
        try change(redo) { bytes in
            for byte in position + 60..<position + 4096 { bytes[byte] = 0 }
        }
        #expect(try await newswire.succeed("verify", "--scrub").output == "")
        #expect(try await positions().last == position - 4096)
        try await newswire.succeed("consume", "t")
        #expect(try await newswire.succeed("verify").output == "")
    }

    /// Where the groups of the file begin.
    private func positions() async throws -> [Int] {
        Self.groups(try await newswire.run("inspect", redo)).compactMap { line in
            line.firstMatch(of: /"position":(\d+)/).flatMap { Int($0.output.1) }
        }
    }

    @Test func `a group that went bad is damage, and the later ones are shown`() async throws {
        let positions = try await positions()
        try #require(positions.count > 3)
        let place = positions[positions.count - 3]
        try change(redo) { $0[place + 70] ^= 1 }
        let inspected = try await newswire.run("inspect", redo)
        #expect(inspected.status == 1)
        #expect(Self.groups(inspected).count == positions.count - 1)
        let damage =
            #"{"type":"damage","path":"\#(redo)","position":\#(place),"#
            + #""endPosition":\#(place + 4096),"offset":null,"nextOffset":null,"#
            + #""problem":"no group is there, though one follows"}"#
        #expect(inspected.lines.contains(damage))
        let verified = try await newswire.run("verify")
        #expect(verified.status == 1 && verified.lines == [damage])
    }

    @Test func `a first page that went bad is damage, and the groups are shown`() async throws {
        let positions = try await positions()
        for byte in [0, 30] {
            try change(redo) { $0[byte] ^= 1 }
            let result = try await newswire.run("inspect", redo)
            #expect(result.status == 1 && Self.groups(result).count == positions.count)
            #expect(try await newswire.run("verify").lines.count == 1)
            try change(redo) { $0[byte] ^= 1 }
        }
    }

    @Test func `a copy under any name is shown like the file`() async throws {
        let copy = newswire.folder.path("copy.redo")
        try FileManager.default.copyItem(atPath: redo, toPath: copy)
        let groups = Self.groups(try await newswire.succeed("inspect", copy))
        #expect(groups.count == (try await positions().count))
    }

    @Test func `a head is shown under its name and the older one`() async throws {
        let folder = newswire.data + "/commit/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let head = folder + (try #require(names.filter { $0.hasSuffix(".head") }.max()))
        let shown = try await newswire.succeed("inspect", head)
        #expect(shown.lines.contains { $0.contains(#""topic":"__metadata","partition":0"#) })
        let old = folder + "00000000000000000999.redo"
        try FileManager.default.copyItem(atPath: head, toPath: old)
        let again = try await newswire.succeed("inspect", old)
        #expect(again.lines == shown.lines.map { $0.replacing(head, with: old) })
        try change(old) { $0[50] ^= 1 }
        let verified = try await newswire.run("verify", old)
        #expect(verified.status == 1 && verified.lines.count == 1)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `whatever the bytes are, inspecting ends with an answer`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let positions = try await positions()
        let end = try #require(positions.last) + 4096
        try change(redo) { bytes in
            for _ in 0..<200 {
                let place = Int.random(in: 0..<end, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
        }
        let result = try await newswire.run("inspect", redo)
        #expect([0, 1].contains(result.status), "seed \(seed): \(result.errors)")
        #expect(Self.groups(result).count <= positions.count)
    }
}
