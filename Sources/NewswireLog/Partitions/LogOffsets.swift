/// Where a partition begins and ends.
public struct LogOffsets: Hashable, Sendable {
    /// The first offset that can be read.
    public let logStartOffset: Offset
    /// The end of what readers see, exclusive.
    public let highWatermark: Offset
    /// The offset that the next record gets.
    public let logEndOffset: Offset

    /// The end of what readers of committed transactions see, exclusive.
    public var lastStableOffset: Offset { highWatermark }
}

/// Where an appended batch stands.
public struct AppendedBatch: Hashable, Sendable {
    /// The offset of its first record.
    public let baseOffset: Offset
    /// The offset of its last record.
    public let lastOffset: Offset
    /// The timestamp of its records when the log sets it; absent when the producer did.
    public let logAppendTime: Timestamp

    /// How many records it has.
    public var recordCount: Int { Int(lastOffset - baseOffset) + 1 }
}

/// How much a partition holds.
public struct PartitionStorage: Hashable, Sendable {
    /// How many segments.
    public let segmentCount: Int
    /// The bytes of their log files that can be read.
    public let byteCount: Int
}

/// Hears once, from any thread, how an append ended.
package protocol AppendWaiter: AnyObject, Sendable {
    func complete(_ outcome: Result<AppendedBatch, LogFailure>)
}

/// Hears once, from any thread, that there is something to read, or why there never will be.
package protocol ReadWaiter: AnyObject, Sendable {
    func complete(_ failure: LogFailure?)
}
