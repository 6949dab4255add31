/// What the timestamps of a batch's records are: relative to a base, or one and the same.
@usableFromInline
struct RecordTimes {
    @usableFromInline let base: Int64
    // All ones, or zero where the log's append time replaces the records' own: no branch per
    // record.
    @usableFromInline let mask: Int64

    init(_ header: RecordBatchHeader) {
        let isAppendTime = header.attributes.timestampType == .logAppendTime
        base = (isAppendTime ? header.maxTimestamp : header.baseTimestamp).milliseconds
        mask = isAppendTime ? 0 : -1
    }

    /// The time of the record with `delta`; whatever the bytes said, this does not trap.
    @inlinable
    func timestamp(_ delta: Int64) -> Timestamp { Timestamp(milliseconds: base &+ (delta & mask)) }
}
