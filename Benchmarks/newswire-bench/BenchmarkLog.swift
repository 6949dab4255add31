internal import NewswireLog

/// A log directory with one topic, opened as programs open it.
struct BenchmarkLog {
    let directory: LogDirectory
    let partitions: [PartitionLog]

    /// The one partition of most workloads.
    var partition: PartitionLog { partitions[0] }

    static let topic = "bench"

    /// Opens (and makes, when it is new) the log in `directory`.
    init(
        in directory: DataDirectory, _ configuration: LogConfiguration, partitionCount: Int = 1
    ) throws {
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        let log = try LogDirectory.open(at: directory.path, options)
        partitions = try (0..<partitionCount).map { number in
            let identity = PartitionIdentity(
                id: Int64(number + 1), topicID: TopicID(high: 1, low: UInt64(number)))
            return try log.openPartition(
                TopicPartition(Self.topic, number), identity: identity, configuration)
        }
        try log.finishOpening()
        self.directory = log
    }

    /// The first segment file of the one partition.
    static func segmentPath(in directory: DataDirectory) -> String {
        "\(directory.path)/\(topic)-0/00000000000000000000.log"
    }

    func close() throws { try directory.close() }
}
