/// How an engine is opened.
public struct EngineConfiguration: Sendable {
    /// What to do when there is no directory at the path yet.
    public enum MissingDirectory: Sendable {
        /// Make one.
        case create
        /// Refuse with `.notNewswireDirectory`.
        case fail
    }

    /// What to do when there is no directory at the path yet; reading only never makes one.
    public var missingDirectory = MissingDirectory.create
    /// How many bytes of log a second are read in the background, to find damage before readers do.
    ///
    /// All logs are read from beginning to end, then again a day later; 0 reads nothing. What is
    /// found is told as an event of the kind `damage`.
    public var scrubBytesPerSecond = 0
    /// Hears of what happens without a call that could answer it: recovery, damage, slow syncs.
    ///
    /// It is called from any thread and must return soon: somebody's append may wait for it.
    public var onEvent: (@Sendable (EngineEvent) -> Void)?

    /// Makes missing directories, and tells nobody about events.
    public init() {}
}
