import NewswireLog

/// Durations as people type and read them: `500ms`, `90s`, `1h30m`, `7d`.
enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ("w", 604_800_000),
    ]

    /// The duration that `text` says; nil when it says none, or more than 64 bits of milliseconds.
    static func parse(_ text: some StringProtocol) -> Duration? {
        var rest = text[...]
        var sum: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let unit = units.first(where: { $0.name == letters }) else { return nil }
            guard let count = Int64(digits) else { return nil }
            let (product, isTooLong) = count.multipliedReportingOverflow(by: unit.milliseconds)
            let (total, isTooMuch) = sum.addingReportingOverflow(product)
            guard !isTooLong, !isTooMuch else { return nil }
            sum = total
        }
        return .milliseconds(sum)
    }

    /// The duration in its largest fitting unit, with two digits behind the point for seconds.
    static func describe(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        guard milliseconds >= 60_000 else {
            return "\(DecimalText.describe(milliseconds, per: 1000)) s"
        }
        let seconds = milliseconds / 1000
        guard seconds >= 3600 else { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
}
