/// What retention removes: segments from the front, one at a time, until one has to stay.
package struct RetentionPlan: Sendable {
    /// What is known of the log's first segment.
    package struct Facts: Sendable {
        /// The offset after its last record.
        package var nextOffset: Offset
        package var byteCount: Int
        /// The largest timestamp of its records; absent when none has one.
        package var largestTimestamp: Timestamp
        /// When its file was last written.
        package var modified: Timestamp

        package init(
            nextOffset: Offset, byteCount: Int, largestTimestamp: Timestamp, modified: Timestamp
        ) {
            self.nextOffset = nextOffset
            self.byteCount = byteCount
            self.largestTimestamp = largestTimestamp
            self.modified = modified
        }
    }

    /// What happens to the first segment.
    package enum Decision: Hashable, Sendable {
        case remove(Reason)
        /// It stays; `until` is when it expires, if that is known.
        case keep(until: Timestamp?)
    }

    /// Why a segment is removed.
    package enum Reason: String, Sendable {
        case logStart, size, age
    }

    package let logStartOffset: Offset
    package let retention: Duration?
    package let retentionBytes: Int?
    package let deletesExpired: Bool
    package let now: Timestamp

    package init(_ configuration: LogConfiguration, logStartOffset: Offset, now: Timestamp) {
        self.logStartOffset = logStartOffset
        retention = configuration.retention
        retentionBytes = configuration.retentionBytes
        deletesExpired = configuration.deletesExpired
        self.now = now
    }

    /// Decides about the first segment of a log of `totalByteCount` bytes.
    ///
    /// In Kafka's order: the log's start, then size, then age. Size removes a segment only if what
    /// stays is still at least the limit.
    package func decide(_ segment: Facts, totalByteCount: Int) -> Decision {
        if segment.nextOffset <= logStartOffset { return .remove(.logStart) }
        guard deletesExpired else { return .keep(until: nil) }
        if let retentionBytes, totalByteCount - segment.byteCount >= retentionBytes {
            return .remove(.size)
        }
        guard let retention else { return .keep(until: nil) }
        let (expiry, overflow) = age(of: segment).milliseconds
            .addingReportingOverflow(retention.milliseconds)
        guard !overflow else { return .keep(until: nil) }
        return expiry < now.milliseconds
            ? .remove(.age) : .keep(until: Timestamp(milliseconds: expiry))
    }

    /// The moment its age counts from: a timestamp from the future would keep it for ever.
    private func age(of segment: Facts) -> Timestamp {
        let largest = segment.largestTimestamp
        let isFuture = largest > now && !Mutant.futureKept.isOn
        return largest == .absent || isFuture ? segment.modified : largest
    }
}
