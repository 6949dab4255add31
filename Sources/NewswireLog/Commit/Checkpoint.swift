internal import Synchronization

/// Writes the heads of a directory: what recovery may rely on.
final class Checkpoint: Sendable {
    /// What a head says.
    struct Facts {
        var entries: [RedoHead.Entry]
        /// The first redo file that recovery needs.
        var firstFile: UInt64
        var lastSequence: UInt64
    }

    private struct State {
        var generation: UInt64
        var generations: [UInt64]
        /// The first redo file that each of the heads needs that were written here.
        var firstFiles: [UInt64: UInt64] = [:]
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

    /// Asks for a head before long, or at once.
    ///
    /// - Returns: when it is due, if that is news.
    func request(isUrgent: Bool) -> Instant? {
        state.withLock { state in
            let due = time.instant() + (isUrgent ? .zero : Self.delay)
            if let known = state.due, known <= due { return nil }
            state.due = due
            return due
        }
    }

    /// Whether there is a head.
    var isBegun: Bool { state.withLock { !$0.generations.isEmpty } }

    /// When the next head is due; nil when nothing changed.
    var due: Instant? { state.withLock { $0.due } }

    /// The first redo file that one of the heads needs which are kept.
    var firstFile: UInt64 {
        // A head that was not written here may need any.
        state.withLock { state in
            state.generations.map { state.firstFiles[$0] ?? 0 }.min() ?? 0
        }
    }

    /// The first redo file that the newest head needs.
    var uncoveredFile: UInt64 { state.withLock { $0.firstFiles[$0.generation] ?? 0 } }

    /// Writes a head of what `facts` answers, and makes it durable.
    func write(isClean: Bool, _ facts: () -> Facts) throws(IOFailure) {
        try writing.withLock { _ throws(IOFailure) in
            let (last, found) = state.withLock { state in
                state.due = nil
                return (state.generation, state.generations)
            }
            var generations = found
            let facts = facts()
            var head = RedoHead(
                directoryID: directoryID, generation: last + 1, isClean: isClean,
                wallClock: time.wallClock(), entries: facts.entries)
            head.firstFile = facts.firstFile + (Mutant.firstFileTooHigh.isOn ? 1 : 0)
            head.lastSequence = facts.lastSequence
            try redo.write(head, keeping: &generations)
            state.withLock { state in
                state.generation = head.generation
                state.generations = generations
                state.firstFiles = state.firstFiles.filter { generations.contains($0.key) }
                state.firstFiles[head.generation] = head.firstFile
            }
        }
    }
}
