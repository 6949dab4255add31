/// How values are printed for people: three digits and a prefix.
enum Figures {
    /// "17.2 M", "81.0 ms": the unit's name stands elsewhere.
    static func text(_ value: Double, _ unit: Unit) -> String {
        guard unit != .seconds else { return duration(value) }
        let steps: [(Double, String)] = [(1e9, " G"), (1e6, " M"), (1e3, " k")]
        let step = steps.first { value >= $0.0 } ?? (1, "")
        return threeDigits(value / step.0) + step.1
    }

    /// "17.2 M (16.9 M - 17.4 M)": median, minimum and maximum.
    static func text(_ spread: Spread, _ unit: Unit) -> String {
        let ends = [spread.minimum, spread.maximum].map { text($0, unit) }
        return "\(text(spread.median, unit)) (\(ends.joined(separator: " - ")))"
    }

    /// "0.97 (0.96 - 0.99)": a ratio and its spread.
    static func text(ratio: Spread) -> String {
        let parts = [ratio.median, ratio.minimum, ratio.maximum].map { decimal($0, places: 2) }
        return "\(parts[0]) (\(parts[1]) - \(parts[2]))"
    }

    /// A duration in the unit that gives it few digits.
    static func duration(_ seconds: Double) -> String {
        let steps: [(Double, String)] = [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
        let step = steps.first { seconds >= $0.0 } ?? (1e-9, "ns")
        return "\(threeDigits(seconds / step.0)) \(step.1)"
    }

    static func threeDigits(_ value: Double) -> String {
        if value >= 100 { return String(Int(value.rounded())) }
        return value >= 10 ? decimal(value, places: 1) : decimal(value, places: 2)
    }

    /// `value` with `places` digits behind the point.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return String(value) }
        let power = (0..<places).reduce(1) { power, _ in power * 10 }
        let whole = Int((value.magnitude * Double(power)).rounded())
        let digits = String(whole % power)
        let zeros = String(repeating: "0", count: places - digits.count)
        return (value < 0 ? "-" : "") + "\(whole / power).\(zeros)\(digits)"
    }
}
