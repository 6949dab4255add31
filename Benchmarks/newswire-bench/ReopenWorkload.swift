internal import Newswire
internal import NewswireLog

/// How long it takes until a directory with many partitions serves again after a clean close.
final class ReopenWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.seconds
    private let partitionCount: Int
    private let directory: DataDirectory

    private init(_ context: BenchmarkContext) {
        partitionCount = context.amount(10_000, quick: 200)
        directory = context.directory
        parameters = Parameters(
            "\(partitionCount) clean partitions", ["partitions": .number(partitionCount)])
    }

    static let clean = BenchmarkCase(
        name: "reopen",
        summary: "opening many partitions after a clean close, against listing them in C",
        workloads: { [ReopenWorkload($0)] })

    func prepare() throws {
        let log = try open()
        for partition in log.topic.partitions {
            _ = try partition.append { batch in
                _ = batch.append(key: nil, value: [UInt8](repeating: 120, count: 100))
            }
        }
        try log.close()
    }

    func runEngine() throws -> Run {
        let watch = Stopwatch()
        let log = try open()
        let run = watch.run(of: partitionCount, operations: partitionCount)
        try log.close()
        return run
    }

    func runFloor() throws -> Run? {
        try FloorPrograms.scan(directory.path, partitionCount: partitionCount)
    }

    private func open() throws -> BenchmarkTopic {
        let configuration = TopicConfiguration(partitions: partitionCount, durability: .written)
        return try BenchmarkTopic(in: directory, configuration)
    }
}
