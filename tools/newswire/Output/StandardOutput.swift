import NewswireLog
import Synchronization

/// Standard output, written in large pieces; any thread may write, a piece at a time.
final class StandardOutput: Sendable {
    private static let bufferByteCount = 64 << 10

    private struct State {
        var buffer: [UInt8] = []
        var isClosed: Bool
    }

    private let state: Mutex<State>
    private let descriptor = OutputDescriptor(number: StandardStreams.output)
    /// Whether somebody looks at it.
    let isTerminal = StandardStreams.isTerminal(StandardStreams.output)

    /// - Parameter isClosed: nobody was there to read from the start.
    init(isClosed: Bool) {
        state = Mutex(State(isClosed: isClosed))
    }

    /// Writes `bytes`, now or with what follows; see ``flush()``.
    func write(_ bytes: RawSpan) throws(OutputFailure) {
        try state.withLock { state throws(OutputFailure) in
            guard !state.isClosed else { throw .closed }
            state.buffer.append(bytes)
            if state.buffer.count >= Self.bufferByteCount { try write(&state) }
        }
    }

    /// Writes text, now or with what follows.
    func write(_ text: String) throws(OutputFailure) {
        try write(Array(text.utf8).rawSpan)
    }

    /// Hands everything that was written to the system.
    func flush() throws(OutputFailure) {
        try state.withLock { state throws(OutputFailure) in try write(&state) }
    }

    private func write(_ state: inout State) throws(OutputFailure) {
        guard !state.buffer.isEmpty else { return }
        defer { state.buffer.removeAll(keepingCapacity: true) }
        do throws(OutputFailure) {
            try descriptor.write(state.buffer.rawSpan)
        } catch {
            state.isClosed = true
            throw error
        }
    }
}
