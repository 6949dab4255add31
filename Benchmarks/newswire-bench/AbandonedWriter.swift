internal import CFloors
internal import Newswire
internal import NewswireLog

/// A process that appends at level `written` and is killed: what it leaves is to be recovered.
///
/// The command runs itself again for that.
struct AbandonedWriter: Equatable {
    static let verb = "abandon"

    private static let valueByteCount = 1 << 10
    private static let recordsPerBatch = 64

    let directory: String
    let partitionCount: Int
    /// How many bytes of values each partition gets.
    let byteCount: Int

    init(directory: String, partitionCount: Int, byteCount: Int) {
        self.directory = directory
        self.partitionCount = partitionCount
        self.byteCount = byteCount
    }

    init(_ words: [String]) throws(BenchmarkFailure) {
        let numbers = words.dropFirst().compactMap { Int($0) }
        guard words.count == 3, numbers.count == 2, numbers[0] > 0 else {
            throw .misuse("\(Self.verb) is what the command runs itself, to be killed")
        }
        self.init(directory: words[0], partitionCount: numbers[0], byteCount: numbers[1])
    }

    /// Writes and dies; nothing is closed.
    func run() throws {
        let log = try open()
        let plan = AppendPlan(
            values: .letters(valueByteCount: min(byteCount, Self.valueByteCount)),
            recordsPerBatch: byteCount < Self.valueByteCount ? 1 : Self.recordsPerBatch,
            batchCount: max(1, byteCount / (Self.valueByteCount * Self.recordsPerBatch)),
            level: .written)
        var filler = BatchFiller(plan)
        for partition in log.topic.partitions {
            for _ in 0..<plan.batchCount { _ = try partition.append { filler.fill(&$0) } }
        }
        nwb_kill_this_process()
    }

    /// Lets another process write, until it is killed.
    func runUntilKilled() throws {
        try FloorPrograms.runUntilKilled(Self.verb, directory, partitionCount, byteCount)
    }

    /// Opens what is there, which recovers it.
    func open() throws -> BenchmarkTopic {
        try BenchmarkTopic(
            at: directory, TopicConfiguration(partitions: partitionCount, durability: .written))
    }

    /// The directory of the first partition.
    var firstPartition: String { "\(directory)/bench-0" }
}
