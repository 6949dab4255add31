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
        // Files of another topic would be set aside.
        let metadata = try PosixFileSystem().contents(
            of: "\(path)/\(name)/\(PartitionMetadataFile.fileName)", byteCountMax: 1000)
        let topicID = PartitionMetadataFile.topicID(of: metadata) ?? TopicID(high: 1, low: 2)
        partition = try directory.openPartition(
            TopicPartition(String(name.dropLast(2)), 0),
            identity: PartitionIdentity(id: 7, topicID: topicID), configuration)
        try directory.finishOpening()
    }
}
