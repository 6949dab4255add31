internal import Synchronization

/// Calls at given moments, by one thread, which exists only while there is something to wait for.
///
/// Without threads of its own (tests), whoever drives the time calls ``run(at:)``.
package final class Timers: Sendable {
    package typealias Action = @Sendable () -> Void

    /// A registered call, to take it back.
    package struct Ticket: Hashable, Sendable {
        fileprivate let due: Instant
        fileprivate let number: Int64
    }

    fileprivate struct Entry {
        let ticket: Ticket
        let action: Action
    }

    fileprivate struct State {
        /// By moment, then by number.
        var entries: [Entry] = []
        var nextNumber: Int64 = 0
        var isRunning = false
        var isClosed = false
    }

    private let time: any TimeSource
    private let hasThread: Bool
    private let state = Mutex(State())
    private let gate = Gate()

    package init(time: any TimeSource, hasThread: Bool) {
        self.time = time
        self.hasThread = hasThread
    }

    /// Calls `action` at `due` or soon after, once, unless it is cancelled before.
    ///
    /// - Throws: when the thread cannot be started; the action is not called then.
    package func add(at due: Instant, _ action: @escaping Action) throws(IOFailure) -> Ticket {
        let (ticket, isFirst, starts) = state.withLock { state in
            let ticket = Ticket(due: due, number: state.nextNumber)
            state.nextNumber += 1
            let place = state.firstPlace { $0 > ticket }
            state.entries.insert(Entry(ticket: ticket, action: action), at: place)
            let starts = hasThread && !state.isRunning && !state.isClosed
            if starts { state.isRunning = true }
            return (ticket, place == 0, starts)
        }
        if starts {
            try startThread(for: ticket)
        } else if isFirst {
            gate.open()
        }
        return ticket
    }

    /// Takes a call back; one that was made, or is being made, stays made.
    package func cancel(_ ticket: Ticket) {
        state.withLock { state in
            let place = state.firstPlace { $0 >= ticket }
            guard place < state.entries.count, state.entries[place].ticket == ticket else { return }
            state.entries.remove(at: place)
        }
    }

    /// Makes the calls that are due at `now`.
    ///
    /// - Returns: when the next one is; nil when there is none.
    @discardableResult
    package func run(at now: Instant) -> Instant? {
        let (due, next) = state.withLock { state in
            let count = state.firstPlace { $0.due > now }
            let due = Array(state.entries.prefix(count))
            state.entries.removeFirst(count)
            return (due, state.entries.first?.ticket.due)
        }
        for entry in due { entry.action() }
        return next
    }

    /// Makes no more calls; the thread ends soon.
    package func close() {
        state.withLock { state in
            state.isClosed = true
            state.entries.removeAll()
        }
        gate.open()
    }

    private func startThread(for ticket: Ticket) throws(IOFailure) {
        do throws(IOFailure) {
            _ = try Thread.start(name: "newswire-timers") { self.work() }
        } catch {
            cancel(ticket)
            state.withLock { $0.isRunning = false }
            throw error
        }
    }

    private func work() {
        var isIdle = false
        while !endsNow(isIdle: isIdle) {
            let next = run(at: time.instant())
            // Idle for a second before it ends: who needed it once soon needs it again.
            let wasOpened = gate.wait(until: next ?? time.instant() + .seconds(1))
            isIdle = next == nil && !wasOpened
        }
    }

    private func endsNow(isIdle: Bool) -> Bool {
        state.withLock { state in
            guard state.isClosed || (isIdle && state.entries.isEmpty) else { return false }
            state.isRunning = false
            return true
        }
    }
}

extension Timers.State {
    /// Where the first entry stands whose ticket satisfies a condition that all later ones do, too.
    fileprivate func firstPlace(_ isBehind: (Timers.Ticket) -> Bool) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(entries[middle].ticket) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Timers.Ticket: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.due, left.number) < (right.due, right.number)
    }
}
