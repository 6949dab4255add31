internal import Glibc
import NewswireLog
import Synchronization

/// Whoever reads standard output, when it is a pipe: they may leave while we have nothing to write.
enum OutputReader {
    private static let gone = Atomic(false)

    /// Whether they are known to have left.
    static var isGone: Bool { gone.load(ordering: .acquiring) }

    /// Calls `body` once, on a thread of its own, when they leave.
    static func onGone(_ body: @escaping @Sendable () -> Void) throws(IOFailure) {
        _ = try Thread.start(name: "output") {
            var descriptor = pollfd(fd: StandardStreams.output, events: 0, revents: 0)
            while true {
                // Sound: one descriptor, which lives through the call.
                let count = unsafe poll(&descriptor, 1, -1)
                guard count > 0 || errno != EINTR else { continue }
                guard count > 0 else { return }
                gone.store(true, ordering: .releasing)
                return body()
            }
        }
    }
}
