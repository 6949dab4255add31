import NewswireLog
import NewswireTesting
import Synchronization

/// A directory with one partition, for tests of the log.
final class LogStore {
    static let partition = TopicPartition("orders", 0)
    static let identity = PartitionIdentity(id: 7, topicID: TopicID(high: 1, low: 2))

    /// Where the data is.
    let path: String
    private(set) var directory: LogDirectory?
    var options = LogDirectoryOptions()
    let events = EventList()
    private let temporary: TemporaryDirectory?

    /// A directory of this machine.
    init() throws {
        let temporary = try TemporaryDirectory()
        self.temporary = temporary
        path = "\(temporary.path)/data"
        options.createsDirectory = true
        options.onEvent = { [events] in events.append($0) }
    }

    /// A directory of a simulated disk, whose background work the test does.
    init(on disk: SimulatedFileSystem, time: ManualTimeSource = ManualTimeSource()) {
        temporary = nil
        path = "/data"
        options.createsDirectory = true
        options.fileSystem = disk
        options.time = time
        options.threads = .stepped
        options.onEvent = { [events] in events.append($0) }
    }

    var report: RecoveryReport { directory?.recoveryReport ?? RecoveryReport.none }

    /// Where the partition's files are.
    var folder: String { "\(path)/\(Self.partition)" }

    /// Opens the directory and its partition.
    func open(_ configure: (inout LogConfiguration) -> Void = { _ in }) throws -> PartitionLog {
        abandon()
        let directory = try LogDirectory.open(at: path, options)
        self.directory = directory
        let log = try open(Self.partition, Self.identity, configure)
        try directory.finishOpening()
        return log
    }

    /// Opens another partition of the open directory.
    func open(
        _ partition: TopicPartition, _ identity: PartitionIdentity,
        _ configure: (inout LogConfiguration) -> Void = { _ in }
    ) throws -> PartitionLog {
        var configuration = LogConfiguration()
        configure(&configuration)
        guard let directory else { throw LogFailure.closed }
        return try directory.openPartition(partition, identity: identity, configuration)
    }

    func close() throws { try directory?.close() }

    /// Lets go of the directory without closing it, as a crash of the process does.
    func abandon() {
        directory?.abandon()
        directory = nil
    }
}

/// Keeps stores to the end of a test, and lets go of their directories then.
final class KeptStores {
    private var stores: [LogStore] = []

    deinit { for store in stores { store.abandon() } }

    func keep(_ store: LogStore) { stores.append(store) }
}

/// The events of a directory, in the order in which they came.
final class EventList: Sendable {
    private let events = Mutex<[LogEvent]>([])

    func append(_ event: LogEvent) { events.withLock { $0.append(event) } }

    var all: [LogEvent] { events.withLock { $0 } }
}

extension RecoveryReport {
    static var none: RecoveryReport { RecoveryReport() }
}

extension PartitionLog {
    /// Appends one record, `record NUMBER`.
    @discardableResult
    func append(_ number: Int, at level: Durability? = nil) throws -> AppendedBatch {
        try append(durability: level) {
            $0.append(key: nil, value: [UInt8]("record \(number)".utf8))
        }
    }

    /// All values from `offset` on, as text.
    func values(from offset: Offset = .zero) throws -> [String] {
        var values: [String] = []
        var next = offset
        while true {
            let slice = try read(from: next, maxBytes: 4096)
            if slice.isEmpty { return values }
            values += try slice.values()
            next = slice.nextOffset
        }
    }
}

extension FetchedSlice {
    /// The values of its records, as text.
    func values() throws -> [String] {
        var values: [String] = []
        var records = records()
        while let record = try records.next() {
            guard let value = record.value else { continue }
            values.append(String(decoding: [UInt8](copying: value), as: UTF8.self))
        }
        return values
    }
}

/// `record 0`, `record 1` and so on.
func recordTexts(_ numbers: Range<Int>) -> [String] { numbers.map { "record \($0)" } }
