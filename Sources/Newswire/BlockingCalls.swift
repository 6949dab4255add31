internal import Synchronization

/// Runs calls that block on a thread of their own, so that no thread of the cooperative pool waits.
///
/// One call after another; the thread exists while there are calls.
final class BlockingCalls: Sendable {
    private typealias Call = @Sendable () -> Void

    private struct State {
        var calls: [Call] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    /// Runs `body` after the calls before it, and answers as it does.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(NewswireError) -> Value
    ) async throws(NewswireError) -> Value {
        let promise = Promise<Result<Value, NewswireError>>()
        let starts = state.withLock { state in
            state.calls.append { promise.settle(Result(catching: body)) }
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { try startThread() }
        return try await promise.value().get()
    }

    private func startThread() throws(NewswireError) {
        do throws(IOFailure) {
            _ = try Thread.start(name: "newswire-calls") { self.work() }
        } catch {
            // Nobody would run them: the caller that failed to start the thread is the only one.
            state.withLock { state in
                state.calls.removeAll()
                state.isRunning = false
            }
            throw NewswireError(.inputOutput(nil, error))
        }
    }

    private func work() {
        while let call = nextCall() { call() }
    }

    private func nextCall() -> Call? {
        state.withLock { state in
            guard !state.calls.isEmpty else {
                state.isRunning = false
                return nil
            }
            return state.calls.removeFirst()
        }
    }
}
