/// A record on its way into a batch, borrowed from its maker: nothing in it is counted.
struct OutgoingRecord: ~Escapable, Sendable {
    let key: RawSpan?
    let value: RawSpan?
    let headers: RawSpan
    let headerCount: Int
    let timestamp: Timestamp?
    let partition: Int?

    @_lifetime(copy key, copy value, borrow attributes)
    init(key: RawSpan?, value: RawSpan?, _ attributes: borrowing RecordAttributes) {
        self.key = key
        self.value = value
        headers = attributes.headers.bytes
        headerCount = attributes.headers.count
        timestamp = attributes.timestamp
        partition = attributes.partition
    }

    /// About what it takes in a batch, seldom less.
    var estimatedByteCount: Int {
        // Cannot overflow: sizes of memory. 32: a record's own fields.
        (key?.byteCount ?? 0) &+ (value?.byteCount ?? 0) &+ headers.byteCount &+ 32
    }
}
