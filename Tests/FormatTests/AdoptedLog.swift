import Foundation
import NewswireLog
import NewswireTesting

/// A partition that Kafka wrote, copied into a directory of ours and opened there.
final class AdoptedLog {
    let partition: PartitionLog
    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()

    init(_ name: String) throws {
        temporary = try TemporaryDirectory()
        let path = temporary.path("data")
        var options = LogDirectoryOptions()
        options.createsDirectory = true
        try LogDirectory.open(at: path, options).close()
        try FileManager.default.copyItem(
            atPath: KafkaFixture.root.appending(path: "data/\(name)").path(),
            toPath: "\(path)/\(name)")
        partition = try kept.open(path).log(name)
    }
}
