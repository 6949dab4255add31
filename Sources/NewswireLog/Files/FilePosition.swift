/// A byte's place in a file, from 0.
@frozen
public struct FilePosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// How many bytes come before it.
    public let value: Int

    /// The place after `value` bytes.
    @inlinable
    public init(_ value: Int) { self.value = value }

    /// The beginning of a file.
    @inlinable public static var start: FilePosition { FilePosition(0) }

    /// Whether `left` comes before `right`.
    @inlinable
    public static func < (left: FilePosition, right: FilePosition) -> Bool {
        left.value < right.value
    }

    /// The place `byteCount` bytes later.
    @inlinable
    public static func + (position: FilePosition, byteCount: Int) -> FilePosition {
        FilePosition(position.value + byteCount)
    }

    /// The number in decimal digits.
    public var description: String { String(value) }
}
