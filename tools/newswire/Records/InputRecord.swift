import NewswireLog

/// What a line of input asks to be appended.
struct InputRecord {
    /// A header as it stands in a record.
    struct Header: Hashable {
        /// UTF-8 by agreement; the format does not enforce it.
        let name: [UInt8]
        let value: [UInt8]?
    }

    /// Nil leaves it to the key.
    var partition: Int?
    /// Nil is now.
    var timestamp: Timestamp?
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header] = []
}

/// Why a line of input is no record.
struct MalformedLine: Error, Hashable {
    /// What is wrong, without a full stop.
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
