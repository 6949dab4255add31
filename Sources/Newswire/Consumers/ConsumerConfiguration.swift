/// How a consumer reads.
public struct ConsumerConfiguration: Sendable {
    /// What to do when the position of a partition is not in its log any more.
    public enum MissingPosition: Sendable {
        /// Throw `.offsetOutOfRange` with what can be read, until it is told where to go on.
        case fail
        /// Go on with the first record that is there.
        case skipToBeginning
        /// Go on behind the last record that is there.
        case skipToEnd
    }

    /// Which records are read.
    public enum Isolation: Sendable {
        /// Those that are committed: of transactions, those that ended well.
        case committed
    }

    /// How many bytes one poll reads from one partition; one batch comes even if it is larger.
    public var fetchBytes = 1 << 20
    /// What to do when retention or trimming removed the records at a position.
    public var onMissing = MissingPosition.fail
    /// Which records are read.
    public var isolation = Isolation.committed

    /// The defaults.
    public init() {}
}
