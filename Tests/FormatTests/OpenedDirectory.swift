import NewswireLog
import Synchronization

/// A data directory opened for a test, with the partitions whose folders are there.
final class OpenedDirectory {
    let directory: LogDirectory
    private(set) var logs: [PartitionLog] = []
    private let received: ReceivedEvents

    /// Opens it; configurations are not kept on disk, `configure` makes them up.
    init(
        _ path: String, _ mode: LogDirectoryOptions.Mode = .readWrite,
        _ configure: (TopicPartition, inout LogConfiguration) -> Void = { _, _ in }
    ) throws {
        let received = ReceivedEvents()
        self.received = received
        var options = LogDirectoryOptions()
        options.mode = mode
        // Nothing happens that a test does not ask for.
        options.threads = .stepped
        options.onEvent = { event in received.add(event) }
        let head = try RedoDirectory(in: path, on: options.fileSystem).load().newest
        directory = try LogDirectory.open(at: path, options)
        for partition in try Self.partitions(in: path) {
            let known = head?.entries.first { $0.partition == partition }
            let identity = try known?.identity ?? Self.identity(of: partition, in: path)
            var configuration = LogConfiguration()
            configuration.retention = nil
            configure(partition, &configuration)
            logs.append(try directory.openPartition(partition, identity: identity, configuration))
        }
        try directory.finishOpening()
    }

    var events: [LogEvent] { received.all }

    /// The log of a partition, by its folder's name.
    func log(_ name: String) throws -> PartitionLog {
        guard let log = logs.first(where: { $0.partition.description == name }) else {
            throw NoSuchPartition(name: name)
        }
        return log
    }

    /// The partitions whose folders are there, by name.
    static func partitions(in path: String) throws -> [TopicPartition] {
        try PosixFileSystem().entries(of: path).filter(\.isDirectory).compactMap { entry in
            guard let dash = entry.name.lastIndex(of: "-"),
                let number = Int(entry.name[entry.name.index(after: dash)...])
            else { return nil }
            return TopicPartition(String(entry.name[..<dash]), number)
        }.sorted()
    }

    /// What an open without a checkpoint can know of a partition.
    private static func identity(
        of partition: TopicPartition, in path: String
    ) throws -> PartitionIdentity {
        let file = "\(path)/\(partition)/\(PartitionMetadataFile.fileName)"
        let text = try PosixFileSystem().contents(of: file, byteCountMax: 1024)
        guard let topicID = PartitionMetadataFile.topicID(of: text) else {
            throw NoSuchPartition(name: file)
        }
        return PartitionIdentity(id: 1, topicID: topicID)
    }

    struct NoSuchPartition: Error {
        let name: String
    }
}

/// Keeps directories open to the end of a test, and lets go of them then, as a crash would.
///
/// A directory must not go with the last use of its name: its logs may still be in use.
final class KeptDirectories {
    private var opened: [OpenedDirectory] = []

    deinit { for directory in opened { directory.directory.abandon() } }

    /// Opens a directory as ``OpenedDirectory`` does, and keeps it.
    func open(
        _ path: String, _ mode: LogDirectoryOptions.Mode = .readWrite,
        _ configure: (TopicPartition, inout LogConfiguration) -> Void = { _, _ in }
    ) throws -> OpenedDirectory {
        let directory = try OpenedDirectory(path, mode, configure)
        opened.append(directory)
        return directory
    }
}

/// What a directory reported, from whatever thread.
private final class ReceivedEvents: Sendable {
    private let events = Mutex<[LogEvent]>([])

    var all: [LogEvent] { events.withLock { $0 } }

    func add(_ event: LogEvent) { events.withLock { $0.append(event) } }
}

extension PartitionLog {
    /// All that can be read from the log's start on, as JSON lines.
    ///
    /// Damaged offsets are a line of their own: `{"damaged":[FROM,TO]}`, the end exclusive.
    func lines() throws -> [String] {
        var lines: [String] = []
        var next = offsets.logStartOffset
        while next < offsets.highWatermark {
            do {
                next = try readOn(from: next, &lines)
            } catch LogFailure.corrupt {
                let damaged = try damagedRange(at: next)
                lines.append(#"{"damaged":[\#(damaged.lowerBound),\#(damaged.upperBound)]}"#)
                next = damaged.upperBound
            }
        }
        return lines
    }

    /// Reads one slice, up to its damage if there is any behind its beginning.
    private func readOn(from offset: Offset, _ lines: inout [String]) throws -> Offset {
        let slice = try read(from: offset, maxBytes: 600)
        var records = slice.records()
        var next = offset
        do {
            while let batch = try records.nextBatch() {
                while let view = try records.nextOfBatch() {
                    let line = RecordLine(
                        partition: partition, offset: view.offset,
                        timestampType: batch.attributes.timestampType,
                        record: try GoldenRecord(view))
                    lines.append(line.text)
                    next = view.offset + 1
                }
            }
        } catch LogFailure.corrupt where next > offset {
            return next
        }
        return slice.nextOffset
    }
}
