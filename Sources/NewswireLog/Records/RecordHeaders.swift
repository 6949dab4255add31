/// Headers for the records of a batch, encoded once and copied into each record that carries them.
public struct RecordHeaders: Sendable {
    /// How many headers there are.
    public private(set) var count = 0
    private var encoded: [UInt8] = []

    /// No headers.
    public init() {}

    /// Adds a header behind the others; a name may occur more than once.
    public mutating func append(name: String, value: [UInt8]?) {
        append(name: Array(name.utf8).rawSpan, value: value?.rawSpan)
    }

    /// Adds a header behind the others, from borrowed bytes.
    /// - Parameters:
    ///   - name: UTF-8.
    ///   - value: any bytes; nil is a header without a value, which differs from an empty one.
    public mutating func append(name: RawSpan, value: RawSpan?) {
        encoded.append(varint: Int64(name.byteCount))
        encoded.append(name)
        if let value {
            encoded.append(varint: Int64(value.byteCount))
            encoded.append(value)
        } else {
            encoded.append(varint: -1)
        }
        count += 1
    }

    /// The headers as they stand in a record, without their count.
    package var bytes: RawSpan {
        @_lifetime(borrow self) get { encoded.rawSpan }
    }
}
