internal import Glibc

/// The tick of the system's timer: a look at it costs a few nanoseconds, a system call hundreds.
///
/// Only for deciding how often something is looked at again; nothing that is written hangs on it.
package enum CoarseClock {
    /// Changes every few milliseconds.
    package static var tick: Int64 {
        var time = timespec()
        let answer = unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        precondition(answer == 0, "the coarse clock cannot be read: error \(errno)")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
