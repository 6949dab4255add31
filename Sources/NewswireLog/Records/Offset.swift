/// The number of a record in its partition; the first is 0.
@frozen
public struct Offset: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// How many offsets come before it.
    public let value: Int64

    /// Makes the offset with number `value`.
    @inlinable
    public init(_ value: Int64) { self.value = value }

    /// The first offset of every partition.
    @inlinable public static var zero: Offset { Offset(0) }

    /// Whether `left` was assigned before `right`.
    @inlinable
    public static func < (left: Offset, right: Offset) -> Bool { left.value < right.value }

    /// The offset `count` records later.
    @inlinable
    public static func + (offset: Offset, count: Int64) -> Offset { Offset(offset.value + count) }

    /// How many offsets lie between `right` and `left`.
    @inlinable
    public static func - (left: Offset, right: Offset) -> Int64 { left.value - right.value }

    /// The number in decimal digits.
    public var description: String { String(value) }
}
