/// When a segment ends and the next one begins; Kafka's rules.
package struct RollPolicy: Sendable {
    /// What is known of the active segment.
    package struct Facts: Sendable {
        package var baseOffset: Offset
        package var byteCount: Int
        package var capacity: Int
        /// The first batch's timestamp; absent when it has none.
        package var firstTimestamp: Timestamp
        /// When the segment was begun here, by the wall clock.
        package var begun: Timestamp
        package var indexesHaveRoom: Bool
    }

    /// Why a segment ends.
    package enum Reason: String, Sendable {
        case size, age, indexFull, offsetRange, asked
    }

    package let segmentBytes: Int
    private let segmentAgeMilliseconds: Int64

    package init(_ configuration: LogConfiguration) {
        segmentBytes = configuration.segmentBytes
        segmentAgeMilliseconds = configuration.segmentAge.milliseconds
    }

    /// Whether the segment ends before a batch of `byteCount` bytes, and why.
    ///
    /// An empty segment never does: the batch has to go somewhere.
    package func reason(
        _ segment: Facts, toRollBefore batch: BatchFacts, now: @autoclosure () -> Timestamp
    ) -> Reason? {
        guard segment.byteCount > 0 else { return nil }
        let limit = min(segmentBytes, segment.capacity)
        guard batch.byteCount <= limit - segment.byteCount else { return .size }
        guard batch.lastOffset - segment.baseOffset <= Int64(Int32.max) else { return .offsetRange }
        guard segment.indexesHaveRoom else { return .indexFull }
        if segment.firstTimestamp != .absent, batch.maxTimestamp != .absent {
            return isOld(segment.firstTimestamp, at: batch.maxTimestamp) ? .age : nil
        }
        return isOld(segment.begun, at: now()) ? .age : nil
    }

    /// Whether a segment begun at `begun` is past its age at `now`.
    package func isOld(_ begun: Timestamp, at now: Timestamp) -> Bool {
        // Saturating: timestamps come from the disk, and any 64 bits may stand there.
        let (age, overflow) = now.milliseconds.subtractingReportingOverflow(begun.milliseconds)
        return overflow ? now > begun : age > segmentAgeMilliseconds
    }
}

extension RollPolicy.Facts {
    /// A segment without batches.
    package init(emptyAt baseOffset: Offset, capacity: Int, begun: Timestamp) {
        self.init(
            baseOffset: baseOffset, byteCount: 0, capacity: capacity, firstTimestamp: .absent,
            begun: begun, indexesHaveRoom: true)
    }
}
