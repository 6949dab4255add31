/// What of a partition's configuration a batch has to keep to before the writer's lock is taken.
struct BatchLimits: Sendable {
    let codec: CompressionCodec
    let gzipLevel: Int
    let timestampType: TimestampType
    let maxMessageBytes: Int
    let segmentBytes: Int

    init(_ configuration: LogConfiguration) {
        codec = configuration.compression
        gzipLevel = configuration.gzipLevel
        timestampType = configuration.timestampType
        maxMessageBytes = configuration.maxMessageBytes
        segmentBytes = configuration.segmentBytes
    }
}
