/// A record to send, in memory of its own.
public struct Record: Sendable {
    /// What decides the partition, and what compaction goes by; nil is none, which differs from
    /// empty.
    public var key: [UInt8]?
    /// The content; nil is none, which differs from empty.
    public var value: [UInt8]?
    /// Everything else.
    public var attributes: RecordAttributes

    /// A record with a key, a value, and perhaps more.
    public init(
        key: [UInt8]? = nil, value: [UInt8]?, _ attributes: RecordAttributes = RecordAttributes()
    ) {
        self.key = key
        self.value = value
        self.attributes = attributes
    }
}

/// What a record has besides key and value.
public struct RecordAttributes: Sendable {
    /// Named values that travel with the record.
    public var headers: RecordHeaders
    /// When it was made; nil for the moment at which its batch was begun.
    public var timestamp: Timestamp?
    /// The partition it goes to; nil lets the key decide, or without a key the producer.
    public var partition: Int?

    /// Nothing special, or what is given.
    @inlinable
    public init(
        headers: RecordHeaders = RecordHeaders(), timestamp: Timestamp? = nil, partition: Int? = nil
    ) {
        self.headers = headers
        self.timestamp = timestamp
        self.partition = partition
    }
}

/// A record that a producer accepted: which one it is in ``DeliveryReport/numbers``.
public struct EnqueuedRecord: Hashable, Sendable {
    /// The number of the partition it goes to.
    public let partition: Int
    /// How many records this producer accepted for that partition of that topic before it.
    public let number: Int64
}

/// Where a record stands.
public struct RecordPosition: Hashable, Sendable {
    /// The number of its partition.
    public let partition: Int
    /// Its offset there.
    public let offset: Offset

    /// Offset `offset` of partition number `partition`.
    public init(partition: Int, offset: Offset) {
        self.partition = partition
        self.offset = offset
    }
}

/// How one batch of a producer ended.
public struct DeliveryReport: Sendable {
    /// The partition it was for.
    public let partition: TopicPartition
    /// Which records it holds: their ``EnqueuedRecord/number``.
    public let numbers: Range<Int64>
    /// Where it stands, or why it does not.
    public let outcome: Result<AppendedBatch, NewswireError>

    /// The offset of one of its records; nil when the batch failed or holds no such record.
    public func offset(of number: Int64) -> Offset? {
        guard numbers.contains(number), case .success(let batch) = outcome else { return nil }
        return batch.baseOffset + (number - numbers.lowerBound)
    }
}
