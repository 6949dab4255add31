/// The seam to the clocks, so that tests decide what time it is.
package protocol TimeSource: Sendable {
    /// The wall clock, for timestamps; it may jump either way.
    func wallClock() -> Timestamp
    /// The monotonic clock, for timers; it never goes back.
    func instant() -> Instant
}

/// A moment of the monotonic clock.
package struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since some fixed moment of this boot.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment `duration` later, at most the last one that can be said.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }
}

extension Duration {
    /// Whole nanoseconds, limited to what 64 bits hold.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, tooLarge) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooLarge ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole milliseconds, limited to what 64 bits hold.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, tooLarge) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return tooLarge ? (seconds < 0 ? .min : .max) : sum
    }
}
