internal import Synchronization

/// Who commits: one at a time, for all who wait.
///
/// Whoever waits for a commit and finds none under way leads one round: the open group of the
/// commit log, and the sync of partitions of other levels that somebody waits for; the others
/// follow. Callers that cannot block have a thread, which exists while one waits.
package final class CommitSlot: Sendable {
    private struct State {
        /// Partitions of levels below `synced` whose segments are to be synced, each once.
        var dirty: [PartitionLog] = []
        var isLed = false
        /// Open when the round under way is over.
        var followers: [Gate] = []
        var hasThread = false
        /// Whether the thread waits for work: only then it has to be woken.
        var isThreadIdle = false
        var isClosed = false
    }

    /// How long the thread stays without work before it ends.
    private static let linger = Duration.seconds(1)

    private let state = Mutex(State())
    private let log: CommitLog
    private let time: any TimeSource
    private let hasThreads: Bool
    private let work = Gate()

    /// Prepares a slot; with `hasThreads`, callers that cannot block get a thread, else somebody
    /// calls ``commitOpenGroup()``.
    init(_ log: CommitLog, time: any TimeSource, hasThreads: Bool) {
        self.log = log
        self.time = time
        self.hasThreads = hasThreads
    }

    /// Commits `partition` up to `end`; returns when that is durable.
    ///
    /// - Throws: `.stopped` after a failed sync, `.deleted` and `.closed`.
    func commit(_ partition: PartitionLog, upTo end: Offset) throws(LogFailure) {
        add(partition)
        while true {
            if let outcome = partition.commitOutcome(of: end) { return try outcome.get() }
            advance()
        }
    }

    /// Sees to it that `partition` is committed soon; its waiters are completed by the thread.
    func commitSoon(_ partition: PartitionLog) {
        add(partition)
        guard hasThreads else { return }
        let need: Need = state.withLock { state in
            guard state.hasThread else {
                state.hasThread = true
                return .thread
            }
            guard state.isThreadIdle else { return .nothing }
            state.isThreadIdle = false
            return .wake
        }
        switch need {
        case .nothing: return
        case .wake: work.open()
        case .thread: startThread()
        }
    }

    private enum Need {
        case nothing
        case wake
        case thread
    }

    private func startThread() {
        do throws(IOFailure) {
            _ = try Thread.start(name: "newswire-commit") { [self] in runThread() }
        } catch {
            // Without a thread the caller commits: slower, but nothing waits for ever.
            state.withLock { $0.hasThread = false }
            commitOpenGroup()
        }
    }

    /// Commits what is there now.
    package func commitOpenGroup() {
        while hasWork { advance() }
    }

    private var hasWork: Bool { !log.isEmpty || state.withLock { !$0.dirty.isEmpty } }

    /// Lets the thread end once nothing is to be committed.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.isThreadIdle = false
        }
        work.open()
    }

    private func add(_ partition: PartitionLog) {
        guard partition.isSyncedBySegment, partition.enlist() else { return }
        state.withLock { $0.dirty.append(partition) }
    }

    /// Leads one round, or waits for the end of the one that somebody else leads.
    func advance() {
        var dirty: [PartitionLog] = []
        let gate: Gate? = state.withLock { state in
            guard state.isLed else {
                state.isLed = true
                swap(&dirty, &state.dirty)
                return nil
            }
            let gate = Gate()
            state.followers.append(gate)
            return gate
        }
        if let gate {
            _ = gate.wait(until: nil)
            return
        }
        let committed = log.commit()
        let syncs = dirty.map { ($0, $0.sync()) }
        let followers = state.withLock { state in
            state.isLed = false
            defer { state.followers = [] }
            return state.followers
        }
        for follower in followers { follower.open() }
        // Not while leading: whoever is woken may wait for a commit on this thread.
        for log in committed.logs { log.completeCommit() }
        for (partition, result) in committed.syncs + syncs { partition.complete(result) }
        committed.logs.first?.services.note(committed)
    }

    private func runThread() {
        while true {
            commitOpenGroup()
            state.withLock { $0.isThreadIdle = !$0.isClosed }
            // Looked at again: what was added before the mark was set woke nobody.
            if hasWork { continue }
            let isAsked = work.wait(until: time.instant() + Self.linger)
            let ends = state.withLock { state in
                state.isThreadIdle = false
                guard state.dirty.isEmpty, !isAsked || state.isClosed else { return false }
                state.hasThread = false
                return true
            }
            guard ends else { continue }
            // Added between the wait and the mark that there is no thread: by nobody who saw that.
            commitOpenGroup()
            return
        }
    }
}
