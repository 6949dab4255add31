import Foundation
import Newswire
import NewswireLog
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
        guard let disk = try Mount(path, "-t", "tmpfs", "-o", "size=6m", "tmpfs") else { return }
        let data = "\(disk.path)/data"
        try await store.succeed(
            "topics", "create", "orders", "-d", data, "--config", "newswire.durability=\(level)")
        let lines = (1...200_000).map { "line \($0) of what does not fit on this disk\n" }
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

    /// A disk that is soon full.
    enum SmallDisk: String, CaseIterable {
        case memory
        case ext4

        func mount(in folder: TemporaryDirectory) throws -> Mount? {
            switch self {
            case .memory:
                try Mount(folder.path("small"), "-t", "tmpfs", "-o", "size=12m", "tmpfs")
            case .ext4: try Mount.ext4(in: folder, byteCount: 24 << 20)
            }
        }
    }

    /// What somebody does about a full disk.
    enum Relief: String, CaseIterable {
        case deletion
        case trimming
        case retention

        func apply(to engine: StreamEngine) throws {
            switch self {
            case .deletion: try engine.deleteTopic("ballast")
            case .trimming: try engine.trimTopic("ballast", before: .end)
            case .retention:
                try engine.alterTopic("ballast", .init(set: ["retention.bytes": "1"]))
            }
        }
    }

    @Test(arguments: SmallDisk.allCases, Relief.allCases)
    func `a full disk serves what it has, and takes more once there is room`(
        kind: SmallDisk, relief: Relief
    ) throws {
        let folder = try TemporaryDirectory()
        guard let disk = try kind.mount(in: folder) else { return }
        try fillAndEmpty("\(disk.path)/data", relief)
    }

    private func fillAndEmpty(_ data: String, _ relief: Relief) throws {
        let engine = try StreamEngine.open(at: data)
        var appenders = try [Durability.synced, .written].map { level in
            var configuration = TopicConfiguration(durability: level)
            configuration.segmentBytes = 512 << 10
            let topic = try engine.createTopic(level.rawValue, configuration)
            return FillingAppender(try topic.partition(0))
        }
        for number in appenders.indices {
            try appenders[number].append(count: 3, within: .seconds(1))
        }
        try fillWithBallast(engine)
        for number in appenders.indices {
            let failures = try appenders[number].append(upTo: 5000, failures: 3)
            #expect(failures == 3, "the disk never got full")
            try appenders[number].check()
        }
        // What frees space works on a full disk, and then there is room again, for everybody.
        try relief.apply(to: engine)
        for number in appenders.indices {
            try appenders[number].append(count: 3, within: .seconds(30))
            try appenders[number].check()
        }
        _ = try engine.topics.first { $0.name == "written" }?.partition(0).trim(before: .end)
        try engine.close()
        let reopened = try StreamEngine.open(at: data)
        let synced = try #require(reopened.topics.first { $0.name == "synced" })
        try appenders[0].check(in: try synced.partition(0))
        try reopened.close()
    }

    private func fillWithBallast(_ engine: StreamEngine) throws {
        var configuration = TopicConfiguration(durability: .written)
        configuration.segmentBytes = 1 << 20
        let ballast = try engine.createTopic("ballast", configuration)
        var appender = FillingAppender(try ballast.partition(0))
        _ = try appender.append(upTo: 64, failures: 1)
    }

    @Test func `a disk too small for anything says that it is full`() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("tiny")
        guard let disk = try Mount(path, "-t", "tmpfs", "-o", "size=64k", "tmpfs") else { return }
        let failure = #expect(throws: NewswireError.self) {
            let engine = try StreamEngine.open(at: "\(disk.path)/data")
            defer { _ = Result { try engine.close() } }
            let topic = try engine.createTopic("orders")
            let value = [UInt8](repeating: 120, count: 4000)
            for _ in 0..<100 {
                try topic.partition(0).append { batch in batch.append(key: nil, value: value) }
            }
        }
        #expect(failure?.code == .diskFull)
    }
}
