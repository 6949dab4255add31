internal import Synchronization

/// Looks for what another process wrote, when the system says that something changed.
///
/// For engines that are opened for reading. Its thread exists while consumers follow partitions,
/// and sleeps while nothing changes.
final class Follower: Sendable {
    private struct State {
        weak var engine: StreamEngine?
        /// How many consumers follow each partition.
        var followed: [TopicPartition: Int] = [:]
        var watch: DirectoryWatch?
        var isClosed = false
    }

    private let path: String
    private let state = Mutex(State())

    init(path: String) { self.path = path }

    /// Names the engine to refresh.
    func attach(_ engine: StreamEngine) { state.withLock { $0.engine = engine } }

    /// A consumer waits for records of some partitions, now and until ``unfollow(_:)``.
    func follow(_ partitions: [TopicPartition]) throws(NewswireError) {
        do throws(IOFailure) {
            // Started under the lock: there are never two.
            try state.withLock { state throws(IOFailure) in
                guard !state.isClosed else { return }
                for partition in partitions { state.followed[partition, default: 0] += 1 }
                if let watch = state.watch { return watch.wake() }
                let watch = try DirectoryWatch()
                _ = try Thread.start(name: "newswire-follow") { [self] in follow(by: watch) }
                state.watch = watch
            }
        } catch {
            unfollow(partitions)
            throw NewswireError(.inputOutput(nil, error))
        }
    }

    /// A consumer waits no more.
    func unfollow(_ partitions: [TopicPartition]) {
        state.withLock { state in
            for partition in partitions {
                guard let count = state.followed[partition] else { continue }
                state.followed[partition] = count > 1 ? count - 1 : nil
            }
            if state.followed.isEmpty { state.watch?.wake() }
        }
    }

    /// The engine closes: the thread ends soon.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.followed = [:]
            state.watch?.wake()
        }
    }

    // MARK: The thread

    private func follow(by watch: DirectoryWatch) {
        var watched: Set<String> = []
        var changed: Set<String> = [path]
        while let next = look(at: changed, by: watch, &watched) { changed = next }
        state.withLock { state in
            // Another thread may have begun with a watch of its own.
            if state.watch === watch { state.watch = nil }
        }
    }

    /// Refreshes what changed, and waits for the next change; nil ends the thread.
    private func look(
        at changed: Set<String>, by watch: DirectoryWatch, _ watched: inout Set<String>
    ) -> Set<String>? {
        guard refresh(changed, by: watch, &watched) else { return nil }
        // The engine is not held meanwhile: it may be dropped.
        do throws(IOFailure) { return Set(try watch.wait(until: nil).changed) } catch {
            tell(NewswireError(.inputOutput(nil, error)))
            return nil
        }
    }

    /// Refreshes what changed; false ends the thread.
    private func refresh(
        _ changed: Set<String>, by watch: DirectoryWatch, _ watched: inout Set<String>
    ) -> Bool {
        guard let (engine, followed) = next() else { return false }
        let directories = Set([path, "\(path)/\(TopicName.metadata)-0"] + followed.map(directory))
        for gone in watched.subtracting(directories) { watch.remove(gone) }
        do throws(NewswireError) {
            // First watched, then looked at: what comes between is told by the next wait.
            let before = watched
            watched = try add(directories, to: watch)
            try refresh(engine, followed, changed.union(watched.subtracting(before)))
        } catch {
            // Tried again after the next change.
            if error.code != .closed { tell(error) }
        }
        return true
    }

    private func tell(_ failure: NewswireError) {
        state.withLock { $0.engine }?.tell(
            .maintenance, .warning, "what others write cannot be followed: \(failure.message)")
    }

    /// What is to be followed; nil ends the thread.
    private func next() -> (StreamEngine, [TopicPartition])? {
        state.withLock { state in
            guard let engine = state.engine, !state.followed.isEmpty, !state.isClosed else {
                // Together with the answer: who follows from now on starts another thread.
                state.watch = nil
                return nil
            }
            return (engine, Array(state.followed.keys))
        }
    }

    private func directory(_ partition: TopicPartition) -> String { "\(path)/\(partition)" }

    /// Watches those directories that are there; the others come with a change of the first one.
    private func add(
        _ directories: Set<String>, to watch: DirectoryWatch
    ) throws(NewswireError) -> Set<String> {
        var watched: Set<String> = []
        for directory in directories {
            do throws(IOFailure) {
                try watch.add(directory)
                watched.insert(directory)
            } catch  where error.isNotFound {
                continue
            } catch {
                throw NewswireError(.inputOutput(nil, error))
            }
        }
        return watched
    }

    private func refresh(
        _ engine: StreamEngine, _ followed: [TopicPartition], _ changed: Set<String>
    ) throws(NewswireError) {
        let parts = followed.filter { changed.contains(directory($0)) }
        guard changed.isSubset(of: Set(parts.map(directory))) else { return try engine.refresh() }
        for part in parts { try engine.refresh(part) }
    }
}
