/// What recovery does with a segment file by its name, its length and the checkpoint, before a byte
/// of it is read; ``RecoveryDecision`` then decides batch by batch.
package enum SegmentDecision: Equatable, Sendable {
    /// It was created for a batch that never came.
    case drop
    /// It is not of this log, or of an end of it that nobody was promised.
    case setAside(because: String, endsLog: Bool)
    /// All of it was synced: it is believed, and ends where the next one begins.
    case takeUnread(upTo: Offset)
    /// Its batches are read; the bytes before `syncedEnd` were synced.
    case scan(syncedEnd: FilePosition)

    /// What is known of a segment file when its turn comes.
    package struct Facts: Sendable {
        package let file: SegmentFile
        /// Where the segment behind it begins; nil for the last one.
        package let next: Offset?
        /// Where the log ends that was taken so far.
        package let logEnd: Offset
        /// Whether the log was cut there, so that nothing can follow.
        package let isCut: Bool
        /// What the checkpoint says; nil when it does not know the partition.
        package let entry: RedoHead.Entry?
        /// The first segment that the commit log should have completed, and perhaps could not; nil
        /// when it did.
        package var doubtful: Offset?

        package init(
            _ file: SegmentFile, next: Offset?, logEnd: Offset, isCut: Bool,
            entry: RedoHead.Entry?
        ) {
            self.file = file
            self.next = next
            self.logEnd = logEnd
            self.isCut = isCut
            self.entry = entry
        }

        /// Whether all of it was synced, and nothing of it is in doubt.
        fileprivate var isBelieved: Bool {
            guard let next, let entry else { return false }
            return next <= entry.recoverySegment && next <= doubtful ?? next
        }
    }

    package init(_ facts: Facts) {
        let base = facts.file.baseOffset
        let end = facts.logEnd
        if facts.isCut, !Mutant.followersKept.isOn {
            self = .setAside(because: "the log ends before it, at offset \(end)", endsLog: true)
        } else if facts.file.byteCount == 0 {
            self = .drop
        } else if base < end {
            self = .setAside(because: "it begins before offset \(end)", endsLog: false)
        } else if base > end, base > facts.entry?.recoveryPoint ?? .zero,
            !Mutant.gapAccepted.isOn
        {
            self = .setAside(
                because: "offsets \(end)..<\(base) before it are missing", endsLog: true)
        } else if let next = facts.next, facts.isBelieved {
            self = .takeUnread(upTo: next)
        } else {
            self = .scan(syncedEnd: Self.syncedEnd(facts))
        }
    }

    private static func syncedEnd(_ facts: Facts) -> FilePosition {
        guard let entry = facts.entry, entry.recoverySegment >= facts.file.baseOffset else {
            return .start
        }
        return entry.recoverySegment == facts.file.baseOffset
            ? entry.recoveryPosition : FilePosition(facts.file.byteCount)
    }
}
