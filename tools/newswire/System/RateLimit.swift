import NewswireLog

/// Keeps reading below a rate, by waits.
struct RateLimit {
    private let bytesPerSecond: Int64
    private let time: any TimeSource
    private let begun: Instant
    private var byteCount: Int64 = 0

    init(bytesPerSecond: Int64, time: any TimeSource) {
        self.bytesPerSecond = bytesPerSecond
        self.time = time
        begun = time.instant()
    }

    /// Notes that so many bytes were read, and waits if that was too fast.
    mutating func note(byteCount: Int) {
        self.byteCount += Int64(byteCount)
        let milliseconds = Double(self.byteCount) / Double(bytesPerSecond) * 1000
        let passed = (time.instant().nanoseconds - begun.nanoseconds) / 1_000_000
        let wait = milliseconds - Double(passed)
        guard wait >= 1 else { return }
        Pause.wait(milliseconds: Int32(min(wait, 60_000)))
    }
}
