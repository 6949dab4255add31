import Foundation
import NewswireLog
import NewswireTesting

/// A partition that Kafka wrote, copied into a directory of ours and opened there.
final class AdoptedLog {
    let partition: PartitionLog
    private let temporary: TemporaryDirectory
    private let directory: LogDirectory

    init(_ name: String) throws {
        temporary = try TemporaryDirectory()
        let path = temporary.path("data")
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        try LogDirectory.open(at: path, options).close()
        try FileManager.default.copyItem(
            atPath: KafkaFixture.root.appending(path: "data/\(name)").path(),
            toPath: "\(path)/\(name)")
        directory = try LogDirectory.open(at: path, options)
        var configuration = LogConfiguration()
        configuration.retention = nil
        partition = try directory.openPartition(
            TopicPartition(String(name.dropLast(2)), 0),
            identity: PartitionIdentity(id: 7, topicID: TopicID(high: 1, low: 2)), configuration)
        try directory.finishOpening()
    }
}
