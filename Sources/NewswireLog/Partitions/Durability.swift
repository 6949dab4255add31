/// What an acknowledgement promises; a topic's level is `newswire.durability`.
public enum Durability: String, Sendable, CaseIterable, Comparable {
    /// Accepted, perhaps still in the memory of this process.
    case none
    /// In the operating system: survives the end of the process, not a power failure.
    case written
    /// As `written`, and synced in the background, after `newswire.flush.ms` or
    /// `newswire.flush.bytes`.
    case interval
    /// On the disk: the acknowledgement comes after a sync that began after the last byte was
    /// written.
    case synced

    /// From the weakest promise to the strongest.
    public static func < (left: Durability, right: Durability) -> Bool {
        left.strength < right.strength
    }

    private var strength: Int {
        switch self {
        case .none: 0
        case .written: 1
        case .interval: 2
        case .synced: 3
        }
    }
}
