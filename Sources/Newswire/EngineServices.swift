/// What the parts of one open engine share.
///
/// The directory stays open as long as one of them is there: who keeps a partition or a consumer
/// need not keep the engine. When the last one goes without a close, the directory is left as by
/// the end of the process.
final class EngineServices: Sendable {
    let log: LogDirectory
    let time: any TimeSource
    let timers: Timers
    let counters = EngineCounters()
    let memories = BatchMemoryPool()
    let producers = ProducerTable()
    /// For engines that read what another process writes.
    let follower: Follower?

    init(_ log: LogDirectory, _ options: LogDirectoryOptions) {
        self.log = log
        time = options.time
        let hasThreads = options.threads == .own
        timers = Timers(time: options.time, hasThread: hasThreads)
        follower = options.mode == .readOnly && hasThreads ? Follower(path: log.path) : nil
    }

    deinit { log.abandon() }
}
