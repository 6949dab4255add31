/// The 16 attribute bits of a batch.
package struct BatchAttributes: Hashable, Sendable {
    /// As stored; bits 7 to 15 mean nothing today and are kept.
    package private(set) var bits: Int16

    /// Reads `bits`, whatever they are.
    package init(bits: Int16) { self.bits = bits }

    /// A batch of plain records with the producer's timestamps.
    package static let plain = BatchAttributes(bits: 0)

    /// How the records are compressed; nil for the numbers 5 to 7, which no codec has.
    package var codec: CompressionCodec? {
        get { CompressionCodec(rawValue: UInt8(bits & Self.codecMask)) }
        set { bits = bits & ~Self.codecMask | Int16(newValue?.rawValue ?? 0) }
    }

    /// Whose clock the timestamps come from.
    package var timestampType: TimestampType {
        get { bits & Self.logAppendTime != 0 ? .logAppendTime : .createTime }
        set { set(Self.logAppendTime, newValue == .logAppendTime) }
    }

    /// Whether the records belong to a transaction (or end one).
    package var isTransactional: Bool {
        get { bits & Self.transactional != 0 }
        set { set(Self.transactional, newValue) }
    }

    /// Whether the records are the log's own (transaction markers), not a producer's.
    package var isControl: Bool {
        get { bits & Self.control != 0 }
        set { set(Self.control, newValue) }
    }

    /// Whether the base timestamp is the time at which compaction may drop the tombstones.
    package var hasDeleteHorizon: Bool {
        get { bits & Self.deleteHorizon != 0 }
        set { set(Self.deleteHorizon, newValue) }
    }

    private mutating func set(_ bit: Int16, _ isOn: Bool) {
        bits = isOn ? bits | bit : bits & ~bit
    }

    private static let codecMask: Int16 = 0x07
    private static let logAppendTime: Int16 = 1 << 3
    private static let transactional: Int16 = 1 << 4
    private static let control: Int16 = 1 << 5
    private static let deleteHorizon: Int16 = 1 << 6
}
