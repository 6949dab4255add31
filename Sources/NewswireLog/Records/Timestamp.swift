/// A moment of the wall clock, in whole milliseconds since 1970 (UTC).
@frozen
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970; -1 says that there is none, as in Kafka's formats.
    public let milliseconds: Int64

    /// Makes a timestamp from milliseconds since 1970.
    @inlinable
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// What stands where a record carries no timestamp.
    @inlinable public static var absent: Timestamp { Timestamp(milliseconds: -1) }

    /// Whether `left` is earlier than `right`; an absent timestamp is earlier than any other.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The milliseconds in decimal digits.
    public var description: String { String(milliseconds) }
}

/// Who set the timestamps of a topic's records.
public enum TimestampType: String, Sendable {
    /// The producer, when it made the record.
    case createTime = "CreateTime"
    /// The log, when it appended the record.
    case logAppendTime = "LogAppendTime"
}
