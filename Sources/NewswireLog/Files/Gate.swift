internal import Glibc

/// What one thread waits at and others open: it remembers one opening until somebody went through.
///
/// Opening twice before anybody waits counts once; each opening lets one waiter through.
@safe
package final class Gate: @unchecked Sendable {
    // Unchecked: `isOpen` is only touched under `mutex`, and the two pointers never change.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isOpen = false

    package init() {
        // On the heap: neither may move once it is initialised.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe Self.check(pthread_condattr_init(&attributes))
        defer { unsafe Self.check(pthread_condattr_destroy(&attributes)) }
        // Deadlines are of the monotonic clock: a set wall clock must not end or stretch a wait.
        unsafe Self.check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
        unsafe Self.check(pthread_cond_init(condition, &attributes))
        unsafe Self.check(pthread_mutex_init(mutex, nil))
    }

    deinit {
        unsafe Self.check(pthread_cond_destroy(condition))
        unsafe Self.check(pthread_mutex_destroy(mutex))
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Lets one waiter through: the one that waits, or the next to come.
    package func open() {
        unsafe Self.check(pthread_mutex_lock(mutex))
        isOpen = true
        unsafe Self.check(pthread_cond_signal(condition))
        unsafe Self.check(pthread_mutex_unlock(mutex))
    }

    /// Waits for an opening, at most until `deadline` of the machine's monotonic clock.
    ///
    /// - Returns: whether the gate was open; it is closed again now.
    package func wait(until deadline: Instant?) -> Bool {
        unsafe Self.check(pthread_mutex_lock(mutex))
        defer { unsafe Self.check(pthread_mutex_unlock(mutex)) }
        while !isOpen, waitOnce(until: deadline) {}
        defer { isOpen = false }
        return isOpen
    }

    /// False when the deadline has passed; true says nothing, as a wait may end by itself.
    private func waitOnce(until deadline: Instant?) -> Bool {
        guard let deadline else {
            unsafe Self.check(pthread_cond_wait(condition, mutex))
            return true
        }
        let (seconds, rest) = max(0, deadline.nanoseconds)
            .quotientAndRemainder(dividingBy: 1_000_000_000)
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
        let answer = unsafe pthread_cond_timedwait(condition, mutex, &time)
        guard answer != ETIMEDOUT else { return false }
        Self.check(answer)
        return true
    }

    private static func check(_ answer: Int32) {
        precondition(answer == 0, "a gate's mutex or condition failed: error \(answer)")
    }
}
