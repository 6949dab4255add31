/// What the parts of one open engine share.
final class EngineServices: Sendable {
    let time: any TimeSource
    let timers: Timers
    let counters = EngineCounters()
    let memories = BatchMemoryPool()
    let producers = ProducerTable()
    /// For engines that read what another process writes.
    let follower: Follower?

    init(time: any TimeSource, hasThreads: Bool, follower: Follower?) {
        self.time = time
        self.follower = follower
        timers = Timers(time: time, hasThread: hasThreads)
    }
}
