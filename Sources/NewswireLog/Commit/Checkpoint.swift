internal import Synchronization

/// Writes the heads of a directory: what recovery may rely on.
final class Checkpoint: Sendable {
    private struct State {
        var generation: UInt64
        var generations: [UInt64]
        /// When the next head is due; nil while nothing changed since the last.
        var due: Instant?
    }

    /// How long a change waits for a head at most.
    private static let delay = Duration.seconds(10)

    private let directoryID: TopicID
    private let redo: RedoDirectory
    private let time: any TimeSource
    private let state: Mutex<State>
    /// One head at a time, oldest facts first: held while it is written.
    private let writing = Mutex(())

    init(
        directoryID: TopicID, redo: RedoDirectory, found: RedoDirectory.Contents,
        time: any TimeSource
    ) {
        self.directoryID = directoryID
        self.redo = redo
        self.time = time
        state = Mutex(
            State(generation: found.lastGeneration, generations: found.generations))
    }

    /// Asks for a head before long.
    ///
    /// - Returns: when it is due, if that is news.
    func request() -> Instant? {
        state.withLock { state in
            guard state.due == nil else { return nil }
            state.due = time.instant() + Self.delay
            return state.due
        }
    }

    /// Whether there is a head.
    var isBegun: Bool { state.withLock { !$0.generations.isEmpty } }

    /// When the next head is due; nil when nothing changed.
    var due: Instant? { state.withLock { $0.due } }

    /// Writes a head of what `entries` answers, and makes it durable.
    func write(isClean: Bool, _ entries: () -> [RedoHead.Entry]) throws(IOFailure) {
        try writing.withLock { _ throws(IOFailure) in
            let (last, found) = state.withLock { state in
                state.due = nil
                return (state.generation, state.generations)
            }
            var generations = found
            let head = RedoHead(
                directoryID: directoryID, generation: last + 1, isClean: isClean,
                wallClock: time.wallClock(), entries: entries())
            try redo.write(head, keeping: &generations)
            state.withLock { state in
                state.generation = head.generation
                state.generations = generations
            }
        }
    }
}
