internal import Newswire

/// An engine with one topic, opened as a program opens it.
struct BenchmarkTopic {
    let engine: StreamEngine
    let topic: Topic
    /// The first partition: the only one of most workloads.
    let partition: Partition

    private static let name = "bench"

    /// Opens the engine in `directory`; the topic is made when it is not there yet.
    init(in directory: DataDirectory, _ configuration: TopicConfiguration) throws {
        try self.init(at: directory.path, configuration)
    }

    /// Opens the engine at `path`; the topic is made when it is not there yet.
    init(at path: String, _ configuration: TopicConfiguration) throws {
        engine = try StreamEngine.open(at: path)
        if let found = engine.topics.first {
            topic = found
        } else {
            topic = try engine.createTopic(Self.name, configuration)
        }
        partition = try topic.partition(0)
    }

    /// The first segment file of the first partition.
    static func segmentPath(in directory: DataDirectory) -> String {
        "\(directory.path)/\(name)-0/00000000000000000000.log"
    }

    func close() throws { try engine.close() }
}
