import Foundation
import NewswireLog
import Testing

/// What Kafka's tool printed of the fixtures, line by line, and the indexes that its broker wrote.
@Suite struct KafkaDumpFixtureTests {
    /// Those whose codec can be decoded and whose records are text.
    static let readable = [
        "codec-none-0", "codec-gzip-0", "append-time-0", "segments-0", "transactions-0",
        "compacted-0", "trimmed-0",
    ]

    private func segments(of partition: String) throws -> [SegmentFiles] {
        let folder = KafkaFixture.root.appending(path: "data/\(partition)").path()
        let segments = try SegmentFiles.all(below: folder)
        try #require(!segments.isEmpty)
        return segments
    }

    /// The lines of the dump behind the one that names the file; none for an empty file.
    private func dump(_ segment: SegmentFiles, _ kind: SegmentFileName.Kind) throws -> [String] {
        guard try !segment.bytes(of: kind).isEmpty else { return [] }
        let names = segment.path(of: kind).split(separator: "/").suffix(2).joined(separator: "/")
        let file = KafkaFixture.root.appending(path: "expected/\(names).txt")
        return try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n").dropFirst().map(String.init)
    }

    @Test(arguments: readable)
    func `Kafka sees every batch and record as we do`(of partition: String) throws {
        for segment in try segments(of: partition) {
            #expect(try KafkaDump.lines(ofLog: segment) == dump(segment, .log))
        }
    }

    @Test(arguments: KafkaFixture.partitions)
    func `Kafka sees every slot as we do`(of partition: String) throws {
        for segment in try segments(of: partition) {
            if try !segment.bytes(of: .offsetIndex).isEmpty {
                let lines = try KafkaDump.lines(ofOffsetIndex: segment)
                #expect(lines == (try dump(segment, .offsetIndex)))
            }
            #expect(try KafkaDump.lines(ofTimeIndex: segment) == dump(segment, .timeIndex))
        }
    }

    @Test(arguments: KafkaFixture.partitions)
    func `indexes made again from a broker's log are the broker's`(of partition: String) throws {
        let fine = ["segments-0", "transactions-0", "compacted-0", "trimmed-0"]
        let interval = fine.contains(partition) ? 256 : 4096
        for segment in try segments(of: partition) {
            let indexes = try segment.rebuiltIndexes(interval: interval, .increasing)
            #expect(indexes.offsetSlots == (try segment.bytes(of: .offsetIndex)), "\(segment.log)")
            #expect(indexes.timeSlots == (try segment.bytes(of: .timeIndex)), "\(segment.log)")
        }
    }
}
