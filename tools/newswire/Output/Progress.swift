import NewswireLog

/// A line on a terminal that says how far a long work is; nothing in its first second.
struct Progress {
    private static let delay = Duration.seconds(1)
    private static let interval = Duration.milliseconds(100)
    private static let width = 30

    private let title: String
    private let total: Int64
    private let isShown: Bool
    private let time = SystemTimeSource()
    private var next: Instant
    private var hasLine = false

    /// Begins work of `total` bytes.
    init(_ title: String, total: Int64, messages: Messages) {
        self.title = title
        self.total = total
        isShown = messages.isTerminal && !messages.isQuiet
        next = time.instant() + Self.delay
    }

    /// Shows that `done` of the bytes are behind us, if it is time to.
    mutating func update(done: Int64) {
        guard isShown, time.instant() >= next else { return }
        next = time.instant() + Self.interval
        hasLine = true
        let share = total > 0 ? Double(done) / Double(total) : 1
        let filled = Int(min(max(share, 0), 1) * Double(Self.width))
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: ".", count: Self.width - filled)
        let amount = "\(ByteCountText.describe(done)) of \(ByteCountText.describe(total))"
        write("\r\(title) [\(bar)] \(amount)\u{1b}[K")
    }

    /// Takes the line away.
    mutating func finish() {
        if hasLine { write("\r\u{1b}[K") }
        hasLine = false
    }

    private func write(_ text: String) {
        do throws(OutputFailure) {
            try OutputDescriptor(number: StandardStreams.errors).write(Array(text.utf8).rawSpan)
        } catch {
            // Whoever looked is gone; the work goes on.
            return
        }
    }
}
