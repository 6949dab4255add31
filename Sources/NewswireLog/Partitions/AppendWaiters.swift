/// Who waits for the outcome of an append to one partition; guarded by the writer's lock.
///
/// They are completed in the order of their appends, by one thread at a time, which holds no lock:
/// whoever is woken may append at once.
struct AppendWaiters: Sendable {
    /// Somebody whose outcome is known.
    struct Finished: Sendable {
        let waiter: any AppendWaiter
        let outcome: Result<AppendedBatch, LogFailure>
    }

    private struct Entry: Sendable {
        let batch: AppendedBatch
        let waiter: any AppendWaiter
        /// Whether it waits for a sync, not only for the write to the commit log.
        let needsSync: Bool
    }

    private var waiting: [Entry] = []
    private var finished: [Finished] = []
    private var isCompleting = false

    /// Whether nobody waits, and nobody is left to be completed.
    var isEmpty: Bool { waiting.isEmpty && finished.isEmpty }

    /// Lets `waiter` wait for the sync of `batch`, the last one appended, or for its write.
    mutating func wait(_ waiter: any AppendWaiter, for batch: AppendedBatch, needsSync: Bool) {
        waiting.append(Entry(batch: batch, waiter: waiter, needsSync: needsSync))
    }

    /// Ends the wait of those before `end` that need no sync: the commit log holds their batches.
    mutating func finishWritten(upTo end: Offset) {
        let isWritten = { (entry: Entry) in !entry.needsSync && entry.batch.lastOffset < end }
        finished += waiting.filter(isWritten).map {
            Finished(waiter: $0.waiter, outcome: .success($0.batch))
        }
        waiting.removeAll(where: isWritten)
    }

    /// Ends the wait for everything before `end`.
    mutating func finish(upTo end: Offset) {
        let count = waiting.prefix { $0.batch.lastOffset < end }.count
        finished += waiting.prefix(count).map {
            Finished(waiter: $0.waiter, outcome: .success($0.batch))
        }
        waiting.removeFirst(count)
    }

    /// Ends the wait of one whose batch needs no sync.
    mutating func finish(_ waiter: any AppendWaiter, _ batch: AppendedBatch) {
        finished.append(Finished(waiter: waiter, outcome: .success(batch)))
    }

    /// Ends all waits without what was waited for.
    mutating func fail(_ failure: LogFailure) {
        finished += waiting.map { Finished(waiter: $0.waiter, outcome: .failure(failure)) }
        waiting = []
    }

    /// Those to be completed now, by the caller; none while another thread is at it.
    ///
    /// The caller of a non-empty answer calls ``endCompleting()`` and asks again.
    mutating func beginCompleting() -> [Finished] {
        guard !isCompleting, !finished.isEmpty else { return [] }
        isCompleting = true
        defer { finished = [] }
        return finished
    }

    mutating func endCompleting() { isCompleting = false }
}
