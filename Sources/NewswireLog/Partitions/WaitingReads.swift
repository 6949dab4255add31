internal import Synchronization

/// Who waits for a partition to grow.
///
/// Costs an appender one load while nobody does.
package final class WaitingReads: Sendable {
    private struct Entry {
        let ticket: WaitTicket
        let offset: Offset
        let waiter: any ReadWaiter
    }

    private struct State {
        var nextTicket: Int64 = 0
        var entries: [Entry] = []
    }

    private let state = Mutex(State())
    private let count = Atomic(0)

    package init() {}

    /// Registers `waiter` until the visible end passes `offset`.
    ///
    /// The caller looks at the end again afterwards: it may have moved meanwhile.
    package func add(_ waiter: any ReadWaiter, for offset: Offset) -> WaitTicket {
        state.withLock { state in
            let ticket = WaitTicket(number: state.nextTicket)
            state.nextTicket += 1
            state.entries.append(Entry(ticket: ticket, offset: offset, waiter: waiter))
            count.store(state.entries.count, ordering: .sequentiallyConsistent)
            return ticket
        }
    }

    /// Takes a waiter back.
    ///
    /// - Returns: whether it was still waiting; otherwise it was, or is being, completed.
    @discardableResult
    package func remove(_ ticket: WaitTicket) -> Bool {
        state.withLock { state in
            guard let number = state.entries.firstIndex(where: { $0.ticket == ticket }) else {
                return false
            }
            state.entries.remove(at: number)
            count.store(state.entries.count, ordering: .sequentiallyConsistent)
            return true
        }
    }

    /// Completes those whose offset lies before `end`, which was published; no lock is held.
    package func complete(upTo end: Offset) {
        guard count.load(ordering: .sequentiallyConsistent) > 0 else { return }
        finish(with: nil) { $0 < end }
    }

    /// Completes all, because nothing will come any more.
    package func fail(_ failure: LogFailure) { finish(with: failure) { _ in true } }

    private func finish(with failure: LogFailure?, where isDone: (Offset) -> Bool) {
        let done = state.withLock { state in
            let first = state.entries.partition { isDone($0.offset) }
            defer {
                state.entries.removeSubrange(first...)
                count.store(state.entries.count, ordering: .sequentiallyConsistent)
            }
            return Array(state.entries[first...])
        }
        for entry in done { entry.waiter.complete(failure) }
    }
}

/// A registered wait, to take it back.
package struct WaitTicket: Hashable, Sendable {
    let number: Int64
}
