/// What the parts of one open engine share.
final class EngineServices: Sendable {
    let time: any TimeSource
    let timers: Timers
    let counters = EngineCounters()
    let memories = BatchMemoryPool()
    let producers = ProducerTable()

    init(time: any TimeSource, hasThreads: Bool) {
        self.time = time
        timers = Timers(time: time, hasThread: hasThreads)
    }
}
