internal import NewswireLog
internal import Synchronization

/// One value that comes later; one thread or one task may wait for it.
package final class Promise<Value: Sendable>: Sendable {
    /// Its fields are taken one by one: a copy of the whole asks for the type's metadata each time.
    private struct State {
        var value: Value?
        var continuation: CheckedContinuation<Value, Never>?
        var gate: Gate?
    }

    private let state = Mutex(State())

    package init() {}

    /// Gives the value: whoever waits goes on.
    ///
    /// Only the first one counts.
    /// - Returns: whether it was the first.
    @discardableResult
    package func settle(_ value: Value) -> Bool {
        var continuation: CheckedContinuation<Value, Never>?
        var gate: Gate?
        let isFirst = state.withLock { state in
            guard state.value == nil else { return false }
            state.value = value
            continuation = state.continuation.take()
            gate = state.gate.take()
            return true
        }
        // After the lock: who waits may run at once.
        continuation?.resume(returning: value)
        gate?.open()
        return isFirst
    }

    /// The value, once it is there.
    package func value() async -> Value {
        await withCheckedContinuation { continuation in
            let known: Value? = state.withLock { state in
                if state.value == nil { state.continuation = continuation }
                return state.value
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Waits on this thread for the value; nil when it did not come until `deadline`.
    package func wait(until deadline: Instant? = nil) -> Value? {
        let gate = Gate()
        let known: Value? = state.withLock { state in
            if state.value == nil { state.gate = gate }
            return state.value
        }
        if let known { return known }
        _ = gate.wait(until: deadline)
        return state.withLock { state in
            state.gate = nil
            return state.value
        }
    }
}

extension Promise: AppendWaiter where Value == Result<AppendedBatch, LogFailure> {
    package func complete(_ outcome: Result<AppendedBatch, LogFailure>) { settle(outcome) }
}

/// The outcome of an append that its caller waits for.
typealias AppendPromise = Promise<Result<AppendedBatch, LogFailure>>
