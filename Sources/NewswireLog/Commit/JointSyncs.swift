internal import Synchronization

/// Files of several partitions that are made durable together, before a head speaks of them: what
/// recovery kept and nobody may have synced, and the indexes that a clean close writes.
///
/// Each file and directory alone costs a commit of the file system's journal. Of many partitions,
/// all of the file system is synced in one call.
final class JointSyncs: Sendable {
    private struct Kept {
        /// Nil beyond the number that is synced one by one: descriptors are few.
        let file: (any File)?
        let directory: String
    }

    /// How many files are synced one by one.
    private static let fileCountMax = 8

    private struct State {
        var kept: [Kept] = []
        /// Why it cannot be known any more whether all is durable.
        var failure: IOFailure?
    }

    private let state = Mutex(State())

    /// Adds the names in the directory of a partition, and a file in it, if its bytes are meant.
    func add(_ file: (any File)?, in directory: String) {
        state.withLock { state in
            let isFew = state.kept.count < Self.fileCountMax
            if state.kept.count == Self.fileCountMax {
                state.kept = state.kept.map { Kept(file: nil, directory: $0.directory) }
            }
            state.kept.append(Kept(file: isFew ? file : nil, directory: directory))
        }
    }

    /// Makes all that was added durable, and the names in `root` above it.
    ///
    /// - Throws: the first failure, from then on at each call: no head may call these bytes synced.
    ///   A note beside each file warns the next recovery.
    func finish(in root: String, on fileSystem: any FileSystem) throws(IOFailure) {
        let (kept, failure) = state.withLock { state in
            defer { state.kept = [] }
            return (state.kept, state.failure)
        }
        if let failure { throw failure }
        guard !kept.isEmpty else { return }
        do throws(IOFailure) {
            if kept.count > Self.fileCountMax {
                try fileSystem.synchronizeTree(root)
            } else {
                try synchronize(kept, in: root, on: fileSystem)
            }
        } catch {
            if error.isOutOfDescriptors {
                // Nothing is known to have failed: the caller makes room and tries again.
                state.withLock { $0.kept = kept + $0.kept }
                throw error
            }
            for directory in Set(kept.map(\.directory)).sorted() {
                SyncFailureNote(in: directory, on: fileSystem).leave()
            }
            state.withLock { $0.failure = error }
            throw error
        }
    }

    private func synchronize(
        _ kept: [Kept], in root: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        for each in kept { try each.file?.synchronize() }
        // A file is only there if its name is.
        for directory in Set(kept.map(\.directory)).sorted() {
            try fileSystem.synchronizeDirectory(directory)
        }
        try fileSystem.synchronizeDirectory(root)
    }
}
