/// The name of one of a segment's files: its base offset in 20 digits, then the kind.
package struct SegmentFileName: Hashable, Sendable, CustomStringConvertible {
    /// What a segment's file holds; the raw value is the file name's extension.
    package enum Kind: String, Sendable, CaseIterable {
        case log
        case offsetIndex = "index"
        case timeIndex = "timeindex"
        case transactionIndex = "txnindex"
        case producerSnapshot = "snapshot"
    }

    private static let digitCount = 20
    /// As for batches: behind a larger one no batch fits, and the next offset would overflow.
    private static let baseOffsetMax = Int64.max - Int64(UInt32.max)

    package let baseOffset: Offset
    package let kind: Kind

    package init(_ baseOffset: Offset, _ kind: Kind) {
        self.baseOffset = baseOffset
        self.kind = kind
    }

    /// Reads a file name; nil when it is not one of a segment's.
    package init?(_ name: String) {
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == Self.digitCount,
            parts[0].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let base = Int64(Substring(parts[0])), base <= Self.baseOffsetMax,
            let kind = Kind(rawValue: String(Substring(parts[1])))
        else { return nil }
        self.init(Offset(base), kind)
    }

    package var description: String {
        let digits = String(baseOffset.value)
        let zeros = String(repeating: "0", count: max(0, Self.digitCount - digits.utf8.count))
        return "\(zeros)\(digits).\(kind.rawValue)"
    }
}
