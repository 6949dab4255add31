internal import Synchronization

extension PartitionLog {
    /// Brings the index files of the segment that grows up to the synced end, before a checkpoint
    /// says where that is.
    ///
    /// A partition with a sync under way, or whose files go, is left for the next checkpoint.
    func fileIndexes() {
        _ = syncing.withLockIfAvailable { _ in
            guard isOpen else { return }
            let point = writer.withLock { $0.recoveryPoint }
            let segment = view.withLock { view in
                view.segments.last { $0.baseOffset == point.segment }
            }
            segment?.fileSlots(before: point.position)
        }
    }
}
