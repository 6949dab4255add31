/// What the newest head said when the directory was opened.
package struct CheckpointFacts: Sendable {
    let isClean: Bool
    /// Whether there was a head, and no damaged one behind it: what it does not know was not there.
    let isWhole: Bool
    package var entries: [PartitionIdentity: RedoHead.Entry]
    /// What the commit log brought to partitions since that head.
    package var replayed: [PartitionIdentity: CommitLogReplay.Replayed] = [:]
    /// In which segment the replay into a partition began, if groups are missing that it should
    /// have had: what lies before its recovery point is not all there, perhaps.
    package var doubtful: [PartitionIdentity: Offset] = [:]

    package init(_ found: RedoDirectory.Contents) {
        let head = found.newest
        // Behind a damaged head there may have been anything.
        isClean = (head?.isClean ?? false) && found.damaged.isEmpty
        isWhole = head != nil && found.damaged.isEmpty
        entries = Dictionary(
            (head?.entries ?? []).map { ($0.identity, $0) }, uniquingKeysWith: { $1 })
    }
}
