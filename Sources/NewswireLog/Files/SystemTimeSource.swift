internal import Glibc

/// The clocks of this machine.
package struct SystemTimeSource: TimeSource {
    package init() {}

    package func wallClock() -> Timestamp { Timestamp(nanosecondsOf: Self.read(CLOCK_REALTIME)) }

    package func instant() -> Instant {
        let time = Self.read(CLOCK_MONOTONIC)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let answer = unsafe clock_gettime(clock, &time)
        precondition(answer == 0, "clock \(clock) cannot be read: error \(errno)")
        return time
    }
}

extension Timestamp {
    /// The millisecond that `time` lies in.
    init(nanosecondsOf time: timespec) {
        self.init(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
