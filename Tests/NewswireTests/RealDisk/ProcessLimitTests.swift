import Newswire
import NewswireLog
import NewswireTesting
import Testing

/// Limits of the kernel, which are of a whole process: each in one of its own.
struct ProcessLimitTests {
    @Test(arguments: ["synced", "written"])
    func `two hundred partitions live with thirty-two descriptors`(level: String) async {
        await #expect(processExitsWith: .success) { [level = level as String] in
            ProcessLimits.setOpenFilesMax(32)
            let store = try EngineStore()
            let durability = Durability(rawValue: level) ?? .synced
            var configuration = TopicConfiguration(partitions: 200, durability: durability)
            configuration.segmentBytes = 4096
            var engine = try store.open()
            var topic = try engine.createTopic("orders", configuration)
            for round in 0..<3 {
                for partition in topic.partitions {
                    let text = "\(round) of \(partition.number)"
                    let value = String(repeating: "x", count: 1500) + text
                    try partition.append(value)
                    let read = try partition.read(from: Offset(Int64(round))).values
                    precondition(read == [value])
                }
                // Some rounds meet what the one before left open, one meets an opened directory.
                guard round == 1 else { continue }
                try engine.close()
                engine = try store.open()
                topic = try ProcessLimitTests.topic(of: engine)
            }
            for partition in topic.partitions {
                let count = try partition.values().count
                precondition(count == 3, "partition \(partition.number) has \(count) records")
            }
            try engine.close()
        }
    }

    @Test(arguments: ["synced", "written"])
    func `files that may not grow further are a full disk for one partition only`(
        level: String
    ) async {
        await #expect(processExitsWith: .success) { [level = level as String] in
            // Enough for the log's own files, and less than the segment would take.
            ProcessLimits.setFileBytesMax(3 << 20)
            let store = try EngineStore()
            let durability = Durability(rawValue: level) ?? .synced
            let engine = try store.open()
            let topic = try engine.createTopic(
                "orders", .init(partitions: 2, durability: durability))
            var first = FillingAppender(try topic.partition(0))
            let failures = try first.append(upTo: 100, failures: 3)
            precondition(failures == 3, "nothing was refused")
            var second = FillingAppender(try topic.partition(1))
            try second.append(count: 20, within: .seconds(10))
            try first.check()
            try engine.close()
            let reopened = try store.open()
            let found = try ProcessLimitTests.topic(of: reopened)
            try first.check(in: try found.partition(0))
            try second.check(in: try found.partition(1))
            try reopened.close()
        }
    }

    private static func topic(of engine: StreamEngine) throws -> Topic {
        try #require(engine.topics.first)
    }
}
