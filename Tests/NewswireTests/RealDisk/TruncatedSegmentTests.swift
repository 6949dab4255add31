import Foundation
import Newswire
import NewswireLog
import NewswireTesting
import Testing

/// Segment files that somebody else shortens while they are mapped.
struct TruncatedSegmentTests {
    // What had been read once was believed to stay: the next fetch of a segment that was cut since
    // ended the process with a signal. It is looked at again in each tick of the clock now.
    @Test(arguments: [0, 1 << 20, (2 << 20) + 5000])
    func `a sealed segment that somebody cut is an error for the next fetch`(
        byteCount: Int
    ) async {
        // Touching a page that is gone ends the process.
        await #expect(processExitsWith: .success) { [byteCount = byteCount as Int] in
            let store = try EngineStore()
            let engine = try store.open()
            var configuration = TopicConfiguration(durability: .written)
            configuration.segmentBytes = 3 << 20
            let topic = try engine.createTopic("orders", configuration)
            let partition = try topic.partition(0)
            let value = String(repeating: "x", count: 50_000)
            for _ in 0..<150 { try partition.append(value) }
            let countBefore = try partition.values().count
            precondition(countBefore == 150)

            let path = store.path + "/orders-0/00000000000000000000.log"
            let file = try PosixFileSystem().openFile(path, .readWrite)
            try file.truncate(to: byteCount)
            // Two ticks of the clock, in each of which it is looked at once.
            _ = Gate().wait(until: SystemTimeSource().instant() + .milliseconds(20))
            var failures = 0
            var readable = 0
            for offset in 0..<150 {
                do {
                    let slice = try partition.read(from: Offset(Int64(offset)), maxBytes: 1)
                    readable += try slice.values.count
                } catch {
                    precondition(error is NewswireError || error is LogFailure, "\(error)")
                    failures += 1
                }
            }
            precondition(failures + readable == 150 && failures > 0 && readable > 80)
            try partition.append("more")
            try engine.close()
        }
    }

    // As for segments, but nothing is lost: an index is made again from its segment.
    @Test(arguments: ["index", "timeindex"])
    func `an index that somebody cut is made again for the next fetch`(kind: String) async {
        await #expect(processExitsWith: .success) { [kind = kind as String] in
            let store = try EngineStore()
            var engine = try store.open()
            var configuration = TopicConfiguration(durability: .written)
            configuration.segmentBytes = 1 << 20
            let topic = try engine.createTopic("orders", configuration)
            let value = String(repeating: "x", count: 50_000)
            for _ in 0..<50 { try topic.partition(0).append(value) }
            // Opened again, a sealed segment has its indexes in files.
            try engine.close()
            engine = try store.open()
            let partition = try #require(engine.topics.first).partition(0)
            func look() throws {
                for offset in 0..<50 {
                    let read = try partition.read(from: Offset(Int64(offset)), maxBytes: 1)
                    let time = try #require(try Self.firstTime(in: read))
                    let found = try #require(try partition.firstOffset(at: time))
                    precondition(read.offset == Offset(Int64(offset)))
                    precondition(found.timestamp == time && found.offset <= read.offset)
                }
            }
            try look()
            let path = store.path + "/orders-0/00000000000000000000.\(kind)"
            let file = try PosixFileSystem().openFile(path, .readWrite)
            try file.truncate(to: 0)
            _ = Gate().wait(until: SystemTimeSource().instant() + .milliseconds(20))
            try look()
            try engine.close()
        }
    }

    private static func firstTime(in slice: FetchedSlice) throws -> Timestamp? {
        var records = slice.records()
        guard let record = try records.next() else { return nil }
        return record.timestamp
    }
}
