import Newswire
import NewswireTesting
import Synchronization

/// A directory of this machine for one test, removed when it is dropped.
final class EngineStore: Sendable {
    let directory: TemporaryDirectory
    private let heard = Mutex<[EngineEvent]>([])

    init() throws { directory = try TemporaryDirectory() }

    var path: String { directory.path("data") }

    /// What the engines opened here told so far.
    var events: [EngineEvent] { heard.withLock { $0 } }

    func open() throws(NewswireError) -> StreamEngine {
        var configuration = EngineConfiguration()
        configuration.onEvent = { [self] event in heard.withLock { $0.append(event) } }
        return try StreamEngine.open(at: path, configuration: configuration)
    }
}

extension Partition {
    /// Appends one record per text.
    @discardableResult
    func append(_ values: String...) throws(NewswireError) -> AppendedBatch {
        try append { batch in
            for value in values { batch.append(key: nil, value: Array(value.utf8)) }
        }
    }

    /// The values of all records from `offset` on, as texts.
    func values(from offset: Offset? = nil) throws -> [String] {
        var values: [String] = []
        var position = offset ?? offsets.logStartOffset
        while true {
            let slice = try read(from: position)
            guard !slice.isEmpty else { return values }
            values += try slice.values
            position = slice.nextOffset
        }
    }
}

extension FetchedSlice {
    /// The values of its records, as texts.
    var values: [String] {
        get throws {
            var values: [String] = []
            var reader = records()
            while let record = try reader.next() {
                if let value = record.value { values.append(text(value)) }
            }
            return values
        }
    }
}

/// The bytes as a text.
func text(_ bytes: RawSpan) -> String {
    var copy: [UInt8] = []
    copy.append(bytes)
    return String(decoding: copy, as: UTF8.self)
}
