import NewswireLog
import NewswireTesting

/// A directory with one partition, for tests of the log.
final class LogStore {
    static let partition = TopicPartition("orders", 0)
    static let identity = PartitionIdentity(id: 7, topicID: TopicID(high: 1, low: 2))

    let temporary: TemporaryDirectory
    private(set) var directory: LogDirectory?
    var options = LogDirectoryOptions()

    init() throws {
        temporary = try TemporaryDirectory()
        options.createsDirectory = true
    }

    var path: String { "\(temporary.path)/data" }

    var report: RecoveryReport { directory?.recoveryReport ?? RecoveryReport.none }

    /// Opens the directory and its partition.
    func open(_ configure: (inout LogConfiguration) -> Void = { _ in }) throws -> PartitionLog {
        let directory = try LogDirectory.open(at: path, options)
        self.directory = directory
        var configuration = LogConfiguration()
        configure(&configuration)
        let log = try directory.openPartition(
            Self.partition, identity: Self.identity, configuration)
        try directory.finishOpening()
        return log
    }

    func close() throws { try directory?.close() }
}

extension RecoveryReport {
    static var none: RecoveryReport { RecoveryReport() }
}

extension PartitionLog {
    /// Appends one record, `record NUMBER`.
    func append(_ number: Int) throws {
        try append { $0.append(key: nil, value: [UInt8]("record \(number)".utf8)) }
    }

    /// All values from `offset` on, as text.
    func values(from offset: Offset = .zero) throws -> [String] {
        var values: [String] = []
        var next = offset
        while true {
            let slice = try read(from: next, maxBytes: 4096)
            if slice.isEmpty { return values }
            var records = slice.records()
            while let record = try records.next() {
                guard let value = record.value else { continue }
                values.append(String(decoding: [UInt8](copying: value), as: UTF8.self))
            }
            next = slice.nextOffset
        }
    }
}
