import NewswireLog

/// One partition of the golden directory: how it is configured and what is appended to it.
struct GoldenPartition: Sendable {
    let partition: TopicPartition
    /// How many records each batch has.
    let batchSizes: [Int]
    /// The new start of the log, at the end; nil leaves it at 0.
    var start: Int64?
    var configuration = LogConfiguration()
    /// The record with a number.
    var record: @Sendable (Int) -> GoldenRecord = GoldenRecord.number

    /// The topic's id: another one for each topic.
    var topicID: TopicID

    init(
        _ topic: String, _ number: Int = 0, batches: [Int], start: Int64? = nil,
        _ configure: (inout LogConfiguration) -> Void = { _ in }
    ) {
        partition = TopicPartition(topic, number)
        topicID = TopicID(
            high: 0x6e65_7773_7769_7265, low: topic.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        batchSizes = batches
        self.start = start
        // Small enough for several segments, and several slots in each.
        configuration.segmentBytes = 1024
        configuration.indexIntervalBytes = 128
        configuration.retention = nil
        configure(&configuration)
    }

    /// What version 1 of the directory's format looks like.
    static let all = [
        GoldenPartition("plain", batches: sizes(3, count: 16)),
        GoldenPartition("plain", 1, batches: [1]),
        GoldenPartition("packed", batches: [20, 1, 40, 7]) {
            $0.compression = .gzip
            $0.segmentBytes = 1 << 20
        },
        GoldenPartition("stamped", batches: [8, 8, 1, 3]) {
            $0.timestampType = .logAppendTime
            $0.durability = .written
        },
        GoldenPartition("stamped-packed", batches: [30, 30]) {
            $0.timestampType = .logAppendTime
            $0.compression = .gzip
            $0.durability = .interval
        },
        GoldenPartition("trimmed", batches: sizes(3, count: 16), start: 28),
        GoldenPartition("emptied", batches: [3, 3, 3, 3], start: 12),
    ]

    private static func sizes(_ recordCount: Int, count: Int) -> [Int] {
        [Int](repeating: recordCount, count: count)
    }

    /// The records of batch number `number`.
    func records(ofBatch number: Int) -> [GoldenRecord] {
        let first = batchSizes[..<number].reduce(0, +)
        return (first..<first + batchSizes[number]).map(record)
    }
}
