public import NewswireLog
internal import Synchronization

/// Clocks that stand still until a test moves them, each by itself.
public final class ManualTimeSource: Sendable {
    private struct Clocks {
        var wall: Timestamp
        var nanoseconds: Int64
    }

    private let clocks: Mutex<Clocks>

    /// Starts with the wall clock at `wallClock` and the monotonic clock one day after its
    /// beginning.
    public init(wallClock: Timestamp = Timestamp(milliseconds: 1_700_000_000_000)) {
        clocks = Mutex(Clocks(wall: wallClock, nanoseconds: 86_400 * 1_000_000_000))
    }

    /// Lets time pass on both clocks.
    public func advance(by duration: Duration) {
        advanceMonotonic(by: duration)
        jumpWallClock(by: duration)
    }

    /// Lets time pass on the monotonic clock only.
    public func advanceMonotonic(by duration: Duration) {
        precondition(duration >= .zero, "the monotonic clock went back by \(duration)")
        clocks.withLock { $0.nanoseconds += duration.nanoseconds }
    }

    /// Sets the wall clock forward or, with a negative duration, back.
    public func jumpWallClock(by duration: Duration) {
        clocks.withLock { clocks in
            clocks.wall = Timestamp(
                milliseconds: clocks.wall.milliseconds + duration.milliseconds)
        }
    }
}

extension ManualTimeSource: TimeSource {
    package func wallClock() -> Timestamp { clocks.withLock { $0.wall } }
    package func instant() -> Instant {
        clocks.withLock { Instant(nanoseconds: $0.nanoseconds) }
    }
}
