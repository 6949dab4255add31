/// How the records of a batch are compressed; the raw value is what Kafka stores in a batch.
public enum CompressionCodec: UInt8, Sendable, CaseIterable {
    /// Not at all.
    case none = 0
    /// RFC 1952 gzip, by zlib.
    case gzip = 1
    /// Snappy; known by name, not decoded yet.
    case snappy = 2
    /// LZ4 frames; known by name, not decoded yet.
    case lz4 = 3
    /// Zstandard frames; known by name, not decoded yet.
    case zstd = 4

    /// The name in Kafka's configuration: `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    public var name: String {
        switch self {
        case .none: "none"
        case .gzip: "gzip"
        case .snappy: "snappy"
        case .lz4: "lz4"
        case .zstd: "zstd"
        }
    }
}
