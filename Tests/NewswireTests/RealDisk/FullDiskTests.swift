import Foundation
import NewswireTesting
import Testing

/// Disks that are full or read-only for the kernel itself; they take root to make.
@Suite(.serialized) struct FullDiskTests {
    @Test(arguments: ["written", "synced"])
    func `a full disk ends a producer in one sentence and loses nothing`(
        level: String
    ) async throws {
        let store = try CommandHarness()
        let path = store.folder.path("small")
        guard let disk = try Mount(path, "-t", "tmpfs", "-o", "size=1m", "tmpfs") else { return }
        let data = "\(disk.path)/data"
        try await store.succeed(
            "topics", "create", "orders", "-d", data, "--config", "newswire.durability=\(level)")
        let lines = (1...40_000).map { "line \($0) of what does not fit on this disk\n" }
        let produced = try await store.run(
            "produce", "orders", "-d", data, "--print-acks", input: lines.joined())
        #expect(produced.status == 1)
        #expect(produced.errors.contains("No space left on device"))
        let consumed = try await store.succeed("consume", "orders", "-d", data)
        let acknowledged = produced.lines.count
        let found = consumed.lines.count
        #expect(found >= acknowledged && found > 1000)
        // A smaller batch may still fit after one that did not: lines are missing, none is altered.
        var rest = consumed.lines[...]
        for line in lines where rest.first == String(line.dropLast()) { rest.removeFirst() }
        #expect(rest.first == nil)
    }

    @Test func `a read-only disk is read, and written to by nobody`() async throws {
        let store = try CommandHarness()
        try await store.succeed("topics", "create", "orders")
        try await store.succeed("produce", "orders", input: "a\nb\n")
        let path = store.folder.path("readonly")
        guard let disk = try Mount(path, "--bind", store.data) else { return }
        #expect(try disk.remountReadOnly())
        let consumed = try await store.succeed("consume", "orders", "-d", disk.path)
        #expect(consumed.lines == ["a", "b"])
        try await store.succeed("offsets", "-d", disk.path)
        try await store.succeed("verify", "-d", disk.path)
        try await store.succeed("inspect", disk.path)
        let produced = try await store.run("produce", "orders", "-d", disk.path, input: "c\n")
        #expect(produced.status == 1)
        #expect(produced.errors.contains("Read-only file system"))
        #expect(produced.errorLines.count == 1)
    }
}
