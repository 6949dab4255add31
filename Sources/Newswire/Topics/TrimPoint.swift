/// From where on records are kept when a log is trimmed.
public enum TrimPoint: Hashable, Sendable {
    /// From this offset on.
    case offset(Offset)
    /// From the first record on whose timestamp is not before this one.
    case timestamp(Timestamp)
    /// Nothing that is there now.
    case end
}
