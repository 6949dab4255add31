/// Where reading a partition begins.
public enum StartPosition: Hashable, Sendable {
    /// With the first record that is there.
    case beginning
    /// Behind the last record that is there.
    case end
    /// With this offset.
    case offset(Offset)
    /// With the first record whose timestamp is not before this one; at the end when there is none.
    case timestamp(Timestamp)
    /// With the last so many records.
    case last(Int)
}
