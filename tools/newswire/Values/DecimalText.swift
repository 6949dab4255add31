/// Fractions for people, rounded down to two digits behind the point.
enum DecimalText {
    /// `amount` divided by `unit`, both positive.
    static func describe(_ amount: Int64, per unit: Int64) -> String {
        let (whole, rest) = amount.quotientAndRemainder(dividingBy: unit)
        // In floating point, as `rest * 100` may pass 64 bits; two digits are what is shown.
        let hundredths = min(Int(Double(rest) * 100 / Double(unit)), 99)
        return "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
    }
}
