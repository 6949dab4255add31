internal import Synchronization

/// One value that comes later; one thread or one task may wait for it.
package final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case waited(Gate)
        case settled(Value)
    }

    private let state = Mutex(State.open)

    package init() {}

    /// Gives the value: whoever waits goes on.
    ///
    /// Only the first one counts.
    /// - Returns: whether it was the first.
    @discardableResult
    package func settle(_ value: Value) -> Bool {
        let before = state.withLock { state in
            let before = state
            if case .settled = before { return before }
            state = .settled(value)
            return before
        }
        // After the lock: who waits may run at once.
        switch before {
        case .open: return true
        case .awaited(let continuation): continuation.resume(returning: value)
        case .waited(let gate): gate.open()
        case .settled: return false
        }
        return true
    }

    /// The value, once it is there.
    package func value() async -> Value {
        await withCheckedContinuation { continuation in
            let known: Value? = state.withLock { state in
                if case .settled(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Waits on this thread for the value; nil when it did not come until `deadline`.
    package func wait(until deadline: Instant? = nil) -> Value? {
        let gate = Gate()
        let known: Value? = state.withLock { state in
            if case .settled(let value) = state { return value }
            state = .waited(gate)
            return nil
        }
        if let known { return known }
        _ = gate.wait(until: deadline)
        return state.withLock { state in
            if case .settled(let value) = state { return value }
            state = .open
            return nil
        }
    }
}
