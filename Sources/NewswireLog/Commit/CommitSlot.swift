internal import Synchronization

/// Syncs what was appended to `synced` partitions, many appends at a time.
///
/// Whoever waits for a sync and finds none under way leads one for all partitions that are dirty by
/// then; the others follow. Callers that cannot block have a thread, which exists while one waits.
/// Partitions are synced one after the other: this is the place of the commit log, which will sync
/// one file for all of them.
package final class CommitSlot: Sendable {
    private struct State {
        /// Dirty partitions, each once.
        var open: [PartitionLog] = []
        var isLed = false
        /// Open when the round under way is over.
        var followers: [Gate] = []
        var hasThread = false
        var isClosed = false
    }

    /// How long the thread stays without work before it ends.
    private static let linger = Duration.seconds(1)

    private let state = Mutex(State())
    private let time: any TimeSource
    private let hasThreads: Bool
    private let work = Gate()

    /// Prepares a slot; with `hasThreads`, callers that cannot block get a thread, else somebody
    /// calls ``commitOpenGroup()``.
    init(time: any TimeSource, hasThreads: Bool) {
        self.time = time
        self.hasThreads = hasThreads
    }

    /// Commits `partition` up to `end`; returns when that is synced.
    ///
    /// - Throws: `.stopped` after a failed sync, `.deleted` and `.closed`.
    func commit(_ partition: PartitionLog, upTo end: Offset) throws(LogFailure) {
        add(partition)
        while true {
            if let outcome = partition.commitOutcome(of: end) { return try outcome.get() }
            leadOrFollow()
        }
    }

    /// Sees to it that `partition` is committed soon; its waiters are completed by the thread.
    func commitSoon(_ partition: PartitionLog) {
        add(partition)
        guard hasThreads else { return }
        let starts = state.withLock { state in
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard starts else { return work.open() }
        do throws(IOFailure) {
            _ = try Thread.start(name: "newswire-commit") { [self] in runThread() }
        } catch {
            // Without a thread the caller commits: slower, but nothing waits for ever.
            state.withLock { $0.hasThread = false }
            commitOpenGroup()
        }
    }

    /// Commits the partitions that are dirty now.
    package func commitOpenGroup() {
        while !state.withLock({ $0.open.isEmpty }) { leadOrFollow() }
    }

    /// Lets the thread end once nothing is dirty.
    func close() {
        state.withLock { $0.isClosed = true }
        work.open()
    }

    private func add(_ partition: PartitionLog) {
        guard partition.enlist() else { return }
        state.withLock { $0.open.append(partition) }
    }

    /// Leads one round, or waits for the end of the one that somebody else leads.
    private func leadOrFollow() {
        var group: [PartitionLog] = []
        let gate: Gate? = state.withLock { state in
            guard state.isLed else {
                state.isLed = true
                swap(&group, &state.open)
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
        let results = group.map { ($0, $0.sync()) }
        let followers = state.withLock { state in
            state.isLed = false
            defer { state.followers = [] }
            return state.followers
        }
        for follower in followers { follower.open() }
        // Not while leading: whoever is woken may wait for a sync on this thread.
        for (partition, result) in results { partition.complete(result) }
    }

    private func runThread() {
        while true {
            commitOpenGroup()
            let isAsked = work.wait(until: time.instant() + Self.linger)
            let ends = state.withLock { state in
                guard state.open.isEmpty, !isAsked || state.isClosed else { return false }
                state.hasThread = false
                return true
            }
            if ends { return }
        }
    }
}
