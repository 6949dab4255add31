import Newswire
import NewswireLog

/// Waits until another process may have written something into a topic.
///
/// The root is watched for new directories of partitions, and for new topics' records.
final class TopicWatch: Sendable {
    private let topic: Topic
    private let root: String
    private let watch: DirectoryWatch
    private let fileSystem = PosixFileSystem()

    init(_ topic: Topic, in root: String) throws(IOFailure) {
        self.topic = topic
        self.root = root
        watch = try DirectoryWatch()
        try watch.add(root)
    }

    /// Watches the directories that the topic's partitions have by now.
    func addDirectories() throws(IOFailure) {
        let names = topic.partitions.map(\.topicPartition.description)
        for path in (names + ["__metadata-0"]).map({ FilePath.join(root, $0) }) {
            // None before the first append: the root tells of it.
            guard try fileSystem.status(of: path) != nil else { continue }
            try watch.add(path)
        }
    }

    /// Waits for a change, or for ``wake()``.
    func wait() throws(IOFailure) { _ = try watch.wait(until: nil) }

    /// Ends the wait, or the next one.
    func wake() { watch.wake() }
}
