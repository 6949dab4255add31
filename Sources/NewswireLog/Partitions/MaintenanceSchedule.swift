internal import Synchronization

/// When maintenance is due next, and the thread that does it while there is something due.
package final class MaintenanceSchedule: Sendable {
    private struct State {
        var due: Instant?
        var work: (@Sendable () -> Instant?)?
        var thread: Thread?
        var isRunning = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake = Gate()
    private let time: any TimeSource

    package init(time: any TimeSource) { self.time = time }

    /// From now on a thread calls `work` when it is due; it answers when it wants to be called
    /// again.
    package func start(_ work: @escaping @Sendable () -> Instant?) {
        state.withLock { $0.work = work }
        run()
    }

    /// Asks for a call at `instant` at the latest.
    package func request(at instant: Instant) {
        let isNews = state.withLock { state in
            guard !state.isClosed else { return false }
            if let due = state.due, due <= instant { return false }
            state.due = instant
            return true
        }
        guard isNews else { return }
        run()
        wake.open()
    }

    /// Makes no other call, without waiting for one under way.
    package func abandon() {
        state.withLock { state in
            state.isClosed = true
            state.work = nil
        }
        wake.open()
    }

    /// Waits for a call under way and makes no other.
    package func close() {
        let thread = state.withLock { state in
            state.isClosed = true
            state.work = nil
            defer { state.thread = nil }
            return state.thread
        }
        wake.open()
        thread?.join()
    }

    private func run() {
        do throws(IOFailure) {
            // Started under the lock: there are never two.
            try state.withLock { state throws(IOFailure) in
                guard state.work != nil, state.due != nil, !state.isRunning, !state.isClosed else {
                    return
                }
                let ended = state.thread
                state.thread = try Thread.start(name: "newswire-maint") { [self] in loop() }
                state.isRunning = true
                ended?.join()
            }
        } catch {
            // The next request tries again; nothing that was promised depends on it.
            state.withLock { $0.due = nil }
        }
    }

    private func loop() {
        while true {
            let now = time.instant()
            let step: Step = state.withLock { state in
                guard !state.isClosed, let work = state.work, let due = state.due else {
                    state.isRunning = false
                    return .end
                }
                guard due <= now else { return .wait(due) }
                state.due = nil
                return .work(work)
            }
            switch step {
            case .end: return
            case .wait(let due): _ = wake.wait(until: due)
            case .work(let work): if let next = work() { request(at: next) }
            }
        }
    }

    private enum Step {
        case end
        case wait(Instant)
        case work(@Sendable () -> Instant?)
    }
}
