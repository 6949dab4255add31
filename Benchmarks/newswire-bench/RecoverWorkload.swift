internal import Newswire
internal import NewswireLog

/// How long it takes until a directory serves again whose writer was killed.
final class RecoverWorkload: Workload {
    let parameters: Parameters
    let unit = Unit.seconds
    private let writer: AbandonedWriter
    private let directory: DataDirectory
    /// Whether there is much to look through in one partition, or little in each of many.
    private let isLarge: Bool

    private init(
        _ description: String, _ writer: AbandonedWriter, in directory: DataDirectory
    ) {
        self.writer = writer
        self.directory = directory
        isLarge = writer.partitionCount == 1
        parameters = Parameters(
            description,
            [
                "partitions": .number(writer.partitionCount),
                "bytesPerPartition": .number(writer.byteCount),
            ])
    }

    static let large = BenchmarkCase(
        name: "recover",
        summary: "opening after kill -9 with much unsynced, against mapping and CRC-32C in C",
        workloads: { context in
            let count = context.amount(1 << 30, quick: 4 << 20)
            let writer = AbandonedWriter(
                directory: context.directory.path + "/data", partitionCount: 1, byteCount: count)
            return [
                RecoverWorkload(
                    "\(count.inBytes) in flight, written", writer, in: context.directory)
            ]
        })

    static let many = BenchmarkCase(
        name: "recover-many",
        summary: "opening many partitions after kill -9, against listing them in C",
        workloads: { context in
            let count = context.amount(10_000, quick: 100)
            let writer = AbandonedWriter(
                directory: context.directory.path + "/data", partitionCount: count, byteCount: 100)
            return [RecoverWorkload("\(count) unclean partitions", writer, in: context.directory)]
        })

    func prepare() throws { try abandon() }

    func runEngine() throws -> Run {
        try abandon()
        let watch = Stopwatch()
        let log = try writer.open()
        let run = watch.run(of: writer.partitionCount, operations: writer.partitionCount)
        guard !log.engine.recoveryReport.wasClean else {
            throw BenchmarkFailure.failed("there was nothing to recover")
        }
        try log.close()
        return run
    }

    func runFloor() throws -> Run? {
        guard isLarge else {
            return try FloorPrograms.scan(
                writer.directory, partitionCount: writer.partitionCount)
        }
        return try FloorPrograms.checksum(writer.firstPartition, amount: writer.partitionCount)
    }

    // The large one begins anew each time; of many partitions each gets one record more.
    private func abandon() throws {
        if isLarge { _ = try directory.emptyDirectory("data") }
        try writer.runUntilKilled()
    }
}
