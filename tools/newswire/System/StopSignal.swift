internal import Glibc
import NewswireLog
import Synchronization

/// SIGINT and SIGTERM as a wish to stop, for commands that have something to finish first.
///
/// The first one is noted; the second one ends the process as if nothing had been set up. No
/// handler runs: the signals are blocked in all threads, and one thread waits for them.
final class StopSignal: Sendable {
    /// At its end from the first signal on: to wait for together with input.
    let descriptor: Int32
    private let alarm: Int32
    private let isStopped = Atomic(false)
    private let caught = Atomic<Int32>(0)
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    /// The number of the signal that came; nil when none did.
    var number: Int32? {
        let number = caught.load(ordering: .acquiring)
        return number == 0 ? nil : number
    }

    /// Begins to watch, before any other thread is started: they inherit the blocked signals.
    init() throws(IOFailure) {
        var ends: [Int32] = [-1, -1]
        // Sound: pipe(2) fills two numbers, and there are two.
        guard unsafe pipe(&ends) == 0 else { throw IOFailure(.watch, "pipe", errorNumber: errno) }
        descriptor = ends[0]
        alarm = ends[1]
        var signals = Self.signals
        // Sound: the set lives through the call, and nothing is asked back.
        unsafe _ = pthread_sigmask(SIG_BLOCK, &signals, nil)
        _ = try Thread.start(name: "signals") { self.watch() }
    }

    /// Calls `body` once the first signal comes (at once if it did): to wake who waits elsewhere.
    func onStop(_ body: @escaping @Sendable () -> Void) {
        action.withLock { $0 = body }
        if number != nil { body() }
    }

    /// Stops without a signal.
    func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // Who waits for the other end sees its end.
        close(alarm)
        action.withLock { $0 }?()
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        // Sound: the set lives through each call.
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        return signals
    }

    private func watch() {
        var signals = Self.signals
        var number: Int32 = 0
        // Sound: both live through the call.
        guard unsafe sigwait(&signals, &number) == 0 else { return }
        caught.store(number, ordering: .releasing)
        stop()
        guard unsafe sigwait(&signals, &number) == 0 else { return }
        _exit(128 + number)
    }
}
