internal import CNewswire
internal import Glibc
internal import Synchronization

/// A thread of the operating system.
///
/// It leaves signals that are sent to the process to the program's own threads. Whoever drops it
/// without ``join()`` lets it run on to its end.
package final class Thread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    private init(_ handle: pthread_t) { self.handle = handle }

    deinit {
        guard !isJoined.load(ordering: .relaxed) else { return }
        _ = pthread_detach(handle)
    }

    /// Runs `body` on a new thread, which tools show as `name` (its first 15 bytes).
    package static func start(
        name: String, _ body: @escaping @Sendable () -> Void
    ) throws(IOFailure) -> Thread {
        let job = Job(name: name, body: body)
        let context = unsafe Unmanaged.passRetained(job)
        var handle = pthread_t()
        let answer = blockingSignals {
            unsafe pthread_create(&handle, nil, { unsafe Job.run($0) }, context.toOpaque())
        }
        guard answer == 0 else {
            unsafe context.release()
            throw IOFailure(.startThread, name, errorNumber: answer)
        }
        return Thread(handle)
    }

    /// Waits until the thread has ended; to be called once, from another thread.
    package func join() {
        let wasJoined = isJoined.exchange(true, ordering: .relaxed)
        precondition(!wasJoined, "a thread was joined twice")
        let answer = pthread_join(handle, nil)
        precondition(answer == 0, "a thread cannot be joined: error \(answer)")
    }

    // A new thread inherits the mask. Faults of its own code stay: they have to reach their
    // handler.
    private static func blockingSignals(_ start: () -> Int32) -> Int32 {
        var blocked = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF, SIGXFSZ] {
            unsafe sigdelset(&blocked, fault)
        }
        unsafe pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { unsafe _ = pthread_sigmask(SIG_SETMASK, &before, nil) }
        return start()
    }
}

/// What a new thread is handed.
private final class Job: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    /// Sound: `context` is the one retained job that `start` passed on.
    static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context = unsafe context else { return nil }
        let job = unsafe Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
        // A name that the system refuses costs nothing but the name.
        _ = unsafe nw_name_this_thread(String(decoding: job.name.utf8.prefix(15), as: UTF8.self))
        job.body()
        return nil
    }
}
