/// Which offset delta may come next in a batch: they rise, and end with the batch's last one.
struct OffsetDeltas {
    private var lowest: Int64 = 0
    private let last: Int64

    init(_ header: RecordBatchHeader) { last = Int64(header.lastOffsetDelta) }

    /// Whether `delta` may come next; then only larger ones may follow.
    @inline(__always)  // Once per record.
    mutating func accept(_ delta: Int64) -> Bool {
        guard delta >= lowest, delta <= last else { return false }
        lowest = delta &+ 1  // Cannot overflow: `last` has 32 bits.
        return true
    }
}
