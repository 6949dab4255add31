/// What a partition begins with after it was opened.
struct RecoveredLog {
    var segments: [Segment] = []
    var nextOffset = Offset.zero
    var logStartOffset = Offset.zero
    var epochs = LeaderEpochTable()
    /// Whether the next append begins a new leader epoch.
    var raisesEpoch = false
    var hasDirectory = false
    /// Whether the next append begins a new segment.
    var beginsSegment = false
    var report: PartitionRecovery

    init(partition: TopicPartition) {
        report = PartitionRecovery(partition: partition, logEndOffset: .zero)
    }
}
