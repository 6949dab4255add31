/// How a producer gathers records; names and defaults are those of Kafka's producer where it has
/// them.
public struct ProducerConfiguration: Sendable {
    /// `linger.ms`: how long a record waits for company at most.
    public var linger = Duration.milliseconds(5)
    /// `batch.size`: a batch that reached this many bytes goes at once; a larger record goes alone.
    public var batchSize = 64 << 10
    /// `buffer.memory`: how many bytes of records may be unacknowledged.
    public var bufferMemory = 32 << 20
    /// `max.block.ms`: how long a synchronous call waits for room before it throws `.bufferFull`.
    public var maxBlock = Duration.zero
    /// What acknowledgements promise; the topic's level when nil.
    public var durability: Durability?
    /// How batches are compressed; as the topic says when nil.
    public var compression: CompressionCodec?
    /// Hears how each batch ended, in the order of each partition.
    ///
    /// It is called from any thread, once per batch and before its `flush` or `send` returns. It
    /// must return soon, and may enqueue.
    public var onDelivery: (@Sendable (DeliveryReport) -> Void)?

    /// The defaults.
    public init() {}
}
