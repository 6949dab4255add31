/// Sizes as people type and read them: `512`, `64KiB`, `1.50 GiB`.
enum ByteCountText {
    private static let units: [(name: String, byteCount: Int64)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// The size that `text` says; nil when it says none, or more than 64 bits hold.
    static func parse(_ text: some StringProtocol) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits) else { return nil }
        let letters = text.dropFirst(digits.count)
        guard !letters.isEmpty else { return count }
        guard let unit = units.first(where: { $0.name == letters }) else { return nil }
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: unit.byteCount)
        return isTooLarge ? nil : product
    }

    /// The size in its largest fitting unit.
    static func describe(_ byteCount: Int64) -> String {
        let unit = units.last { byteCount >= $0.byteCount } ?? units[0]
        guard unit.byteCount > 1 else { return "\(byteCount) B" }
        return "\(DecimalText.describe(byteCount, per: unit.byteCount)) \(unit.name)"
    }
}
