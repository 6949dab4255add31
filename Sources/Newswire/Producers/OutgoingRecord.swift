/// A record on its way into a batch, borrowed from its maker.
struct OutgoingRecord: ~Escapable, Sendable {
    let key: RawSpan?
    let value: RawSpan?
    let attributes: RecordAttributes

    @_lifetime(copy key, copy value)
    init(key: RawSpan?, value: RawSpan?, _ attributes: RecordAttributes) {
        self.key = key
        self.value = value
        self.attributes = attributes
    }

    /// About what it takes in a batch, seldom less.
    var estimatedByteCount: Int {
        // Cannot overflow: sizes of memory. 32: a record's own fields.
        (key?.byteCount ?? 0) &+ (value?.byteCount ?? 0) &+ attributes.headers.bytes.byteCount &+ 32
    }

    /// Adds it to a batch, unless the batch is full.
    func append(to batch: inout RecordBatchBuilder) -> Bool {
        if attributes.headers.count == 0 {
            return batch.append(key: key, value: value, timestamp: attributes.timestamp)
        }
        return batch.append(
            key: key, value: value, headers: attributes.headers, timestamp: attributes.timestamp)
    }
}
