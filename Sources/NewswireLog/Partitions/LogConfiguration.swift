/// How one partition's log behaves; Kafka's topic configuration, typed.
public struct LogConfiguration: Hashable, Sendable {
    /// `newswire.durability`: what the topic's acknowledgements promise and what readers see.
    public var durability: Durability = .synced
    /// `newswire.flush.ms`: how long `interval` bytes stay unsynced at most.
    public var flushInterval: Duration = .seconds(1)
    /// `newswire.flush.bytes`: how many `interval` bytes stay unsynced at most.
    public var flushBytes: Int = 16 << 20
    /// `segment.bytes`: a segment file ends before it would grow past this; 1 KiB to 2^31 - 1.
    public var segmentBytes: Int = 1 << 30
    /// `segment.ms`: a segment ends when its first record is older than this.
    public var segmentAge: Duration = .seconds(7 * 86_400)
    /// `segment.index.bytes`: how large an index file may become; at least 24.
    public var segmentIndexBytes: Int = 10 << 20
    /// `index.interval.bytes`: about how many bytes of log lie between two index slots.
    public var indexIntervalBytes: Int = 4096
    /// `max.message.bytes`: the largest record batch, its header included.
    public var maxMessageBytes: Int = 1_048_588
    /// `retention.ms`: records older than this may go; nil keeps them whatever their age.
    public var retention: Duration? = .seconds(7 * 86_400)
    /// `retention.bytes`: the log's size from which on old segments go; nil sets no limit.
    public var retentionBytes: Int?
    /// Whether `cleanup.policy` contains `delete`; otherwise retention never removes anything.
    public var deletesExpired: Bool = true
    /// `compression.type`: what a producer of this process compresses batches with.
    public var compression: CompressionCodec = .none
    /// `compression.gzip.level`: zlib's level, 1 to 9; -1 is zlib's default.
    public var gzipLevel: Int = -1
    /// `message.timestamp.type`: whose clock the timestamps come from.
    public var timestampType: TimestampType = .createTime

    /// Kafka's defaults, with synced acknowledgements.
    public init() {}
}
