internal import Synchronization

/// Reads partitions that it was given, each from its position on, in turn.
///
///     let consumer = try engine.makeConsumer(topics: ["orders"])
///     for try await batch in consumer.batches {
///         var records = batch.records()
///         while let record = try records.next() { … }
///     }
///
/// Per partition it gives every record once, in order, while segments come and go. Nothing is read
/// ahead: a slow consumer costs nobody anything. Several threads or tasks may poll; each gets other
/// records. It keeps its positions in memory only.
public final class Consumer: Sendable {
    private let configuration: ConsumerConfiguration
    private let engine: StreamEngine
    private var services: EngineServices { engine.services }
    private let numbers: [TopicPartition: Int]
    fileprivate let state: Mutex<ConsumerState>
    /// Whether somebody was asked to look for what another process writes.
    private let isFollowing = Atomic(false)

    init(
        _ assignments: [Assignment], _ configuration: ConsumerConfiguration,
        _ engine: StreamEngine
    ) {
        self.configuration = configuration
        self.engine = engine
        let names = assignments.enumerated().map { ($1.partition.topicPartition, $0) }
        numbers = Dictionary(names) { first, _ in first }
        state = Mutex(ConsumerState(assignments))
    }

    deinit {
        unfollow()
        // The logs must not keep what waits for a consumer that is no more.
        for (partition, ticket) in state.withLock({ $0.close() }).tickets {
            partition.log.cancelWait(ticket)
        }
    }

    /// The partitions it reads, sorted.
    public var partitions: [TopicPartition] { numbers.keys.sorted() }

    // MARK: Reading

    /// The next records of the partition whose turn it is.
    ///
    /// - Parameter maxWait: how long to wait when there is nothing to read.
    /// - Returns: nil when nothing came in time, after ``interrupt()`` or ``close()``, and when the
    ///   task was cancelled.
    /// - Throws: `.offsetOutOfRange` with what can be read, when records were removed before they
    ///   were given; `.corrupt`, `.deleted`, `.closed`. A partition that failed has its turn
    ///   again after the others.
    public func poll(maxWait: Duration) async throws(NewswireError) -> ConsumedBatch? {
        let deadline = services.time.instant() + maxWait
        while true {
            switch try look() {
            case .batch(let batch): return batch
            case .end: return nil
            case .wait(let wait):
                if try await !wake(wait, until: deadline) { return try readOverdue() }
            }
        }
    }

    /// The next records of the partition whose turn it is; blocks while there is nothing to read.
    ///
    /// - Parameter time: how long to wait; not at all by default, without a limit when nil.
    /// - Returns: nil when nothing came in time, and after ``interrupt()`` or ``close()``.
    /// - Throws: as ``poll(maxWait:)``.
    public func next(waitingUpTo time: Duration? = .zero) throws(NewswireError) -> ConsumedBatch? {
        let deadline = time.map { services.time.instant() + $0 }
        while true {
            switch try look() {
            case .batch(let batch): return batch
            case .end: return nil
            case .wait(let wait):
                guard wait.wait(until: deadline) == nil else { continue }
                state.withLock { $0.endWait(wait) }
                return try readOverdue()
            }
        }
    }

    /// What comes, from the positions on and without an end, until the task is cancelled or the
    /// consumer closed.
    public var batches: ConsumedBatches { ConsumedBatches(consumer: self) }

    /// Makes a call that waits, or the next one that would, return nil.
    public func interrupt() { wakeAll(state.withLock { $0.interrupt() }) }

    /// Ends it: whoever waits, and every later poll, gets nil.
    public func close() {
        let (tickets, waits) = state.withLock { $0.close() }
        for (partition, ticket) in tickets { partition.log.cancelWait(ticket) }
        wakeAll(waits)
        unfollow()
    }

    // MARK: Positions

    /// The offset of the next record that it will give of a partition.
    ///
    /// - Throws: `.unknownPartition` for a partition that it does not read.
    public func position(of partition: TopicPartition) throws(NewswireError) -> Offset {
        let number = try number(of: partition)
        return state.withLock { $0.assignments[number].position }
    }

    /// Goes on elsewhere in a partition.
    ///
    /// - Throws: `.unknownPartition` for a partition that it does not read; `.offsetOutOfRange`.
    public func seek(
        _ partition: TopicPartition, to start: StartPosition
    ) throws(NewswireError) {
        let number = try number(of: partition)
        let source = state.withLock { $0.assignments[number].partition }
        let position = try source.offset(of: start)
        let (ticket, waits) = state.withLock { $0.seek(number, to: start, at: position) }
        if let ticket { source.log.cancelWait(ticket) }
        wakeAll(waits)
    }

    /// Goes on behind damaged records, for who was told `.corrupt` with an offset.
    ///
    /// - Parameters:
    ///   - partition: where they are.
    ///   - offset: the first one; every good record behind it is still read.
    /// - Returns: the offsets that are passed.
    /// - Throws: `.unknownPartition`, `.offsetOutOfRange`, `.inputOutput`.
    @discardableResult
    public func skipDamage(
        in partition: TopicPartition, at offset: Offset
    ) throws(NewswireError) -> Range<Offset> {
        let number = try number(of: partition)
        let source = state.withLock { $0.assignments[number].partition }
        let damaged = try source.damagedRange(at: offset)
        try seek(partition, to: .offset(damaged.upperBound))
        return damaged
    }

    private func number(of partition: TopicPartition) throws(NewswireError) -> Int {
        if let number = numbers[partition] { return number }
        throw NewswireError(
            .unknownPartition, "the consumer does not read \(partition)", at: .init(partition))
    }

    // MARK: Steps

    /// What a call does next.
    fileprivate enum Look {
        case batch(ConsumedBatch)
        /// There is nothing to read now.
        case wait(Promise<ConsumerWake>)
        /// After a close or an interrupt.
        case end
    }

    /// Looks for records until there are some, or a reason to wait or to end.
    fileprivate func look() throws(NewswireError) -> Look {
        while true {
            if let batch = try read() { return .batch(batch) }
            try follow()
            if let wait = state.withLock({ $0.beginWait() }) { return .wait(wait) }
            if mustEnd() { return .end }
        }
    }

    /// Sees to it that what another process writes is found, when there may be one.
    private func follow() throws(NewswireError) {
        guard let follower = services.follower else { return }
        guard !isFollowing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        try follower.follow(partitions)
    }

    private func unfollow() {
        guard isFollowing.exchange(false, ordering: .acquiringAndReleasing) else { return }
        services.follower?.unfollow(partitions)
    }

    /// Reads from the first partition that has something; nil when none has.
    private func read() throws(NewswireError) -> ConsumedBatch? {
        while let turn = state.withLock({ $0.isClosed ? nil : $0.beginTurn() }) {
            let slice: FetchedSlice
            do throws(NewswireError) {
                slice = try turn.partition.read(
                    from: turn.position, maxBytes: configuration.fetchBytes)
            } catch {
                try recover(from: error, turn)
                continue
            }
            if slice.isEmpty {
                wait(for: turn)
            } else if state.withLock({ $0.endTurn(turn, readTo: slice.nextOffset) }) {
                return slice
            }
        }
        return nil
    }

    /// Reads at the end of a wait what the logs did not tell yet.
    private func readOverdue() throws(NewswireError) -> ConsumedBatch? {
        let tickets = state.withLock { $0.endOverdueWaits() }
        for (partition, ticket) in tickets { partition.log.cancelWait(ticket) }
        return try read()
    }

    /// Moves on when the position is missing and that is what was asked for.
    private func recover(from failure: NewswireError, _ turn: ConsumerState.Turn)
        throws(NewswireError)
    {
        guard failure.code == .offsetOutOfRange, let valid = failure.validOffsets,
            let position = position(insteadOf: turn, valid)
        else {
            state.withLock { $0.giveUpTurn(turn) }
            throw failure
        }
        state.withLock { $0.endTurn(turn, movedTo: position) }
    }

    private func position(
        insteadOf turn: ConsumerState.Turn, _ valid: ClosedRange<Offset>
    ) -> Offset? {
        if turn.isAtBeginning { return valid.lowerBound }
        switch configuration.onMissing {
        case .fail: return nil
        case .skipToBeginning: return valid.lowerBound
        case .skipToEnd: return valid.upperBound
        }
    }

    /// Asks the log to tell when there is something to read.
    private func wait(for turn: ConsumerState.Turn) {
        guard state.withLock({ $0.beginWaiting(turn) }) else { return }
        let waiter = PartitionWaiter(self, turn)
        let ticket = turn.partition.log.wait(for: turn.position, waiter)
        let isNoted = state.withLock { state in
            state.note(ticket, for: turn)
            return !state.isClosed
        }
        if !isNoted, let ticket { turn.partition.log.cancelWait(ticket) }
    }

    /// A log says that there is something to read, or that there never will be.
    fileprivate func endWaiting(_ number: Int, epoch: Int) {
        wakeAll(state.withLock { $0.endWaiting(number, epoch: epoch) })
    }

    private func wakeAll(_ waits: [Promise<ConsumerWake>]) {
        for wait in waits { wait.settle(.look) }
    }

    /// Whether a call returns because of a close or an interrupt.
    private func mustEnd() -> Bool {
        state.withLock { $0.isClosed || $0.takeInterrupt() }
    }

    /// Waits until something is to be looked at.
    ///
    /// - Returns: false when the time is up or the task was cancelled.
    fileprivate func wake(
        _ wait: Promise<ConsumerWake>, until deadline: Instant?
    ) async throws(NewswireError) -> Bool {
        var timer: Timers.Ticket?
        if let deadline {
            guard services.time.instant() < deadline else {
                state.withLock { $0.endWait(wait) }
                return false
            }
            timer = try setTimer(for: deadline, wait)
        }
        let reason = await withTaskCancellationHandler {
            await wait.value()
        } onCancel: {
            wait.settle(.cancelled)
        }
        if let timer { services.timers.cancel(timer) }
        if reason == .look { return true }
        state.withLock { $0.endWait(wait) }
        return false
    }

    private func setTimer(
        for deadline: Instant, _ wait: Promise<ConsumerWake>
    ) throws(NewswireError) -> Timers.Ticket {
        do throws(IOFailure) {
            return try services.timers.add(at: deadline) { wait.settle(.timedOut) }
        } catch {
            state.withLock { $0.endWait(wait) }
            throw NewswireError(.inputOutput(nil, error))
        }
    }
}

/// Hears from a log for a consumer, and does not keep that alive.
private final class PartitionWaiter: ReadWaiter {
    private struct Target {
        weak var consumer: Consumer?
    }

    private let target: Mutex<Target>
    private let number: Int
    private let epoch: Int

    init(_ consumer: Consumer, _ turn: ConsumerState.Turn) {
        target = Mutex(Target(consumer: consumer))
        number = turn.number
        epoch = turn.epoch
    }

    func complete(_ failure: LogFailure?) {
        // A failure is met by the read that follows.
        target.withLock { $0.consumer }?.endWaiting(number, epoch: epoch)
    }
}

/// The batches of a consumer as they come; see ``Consumer/batches``.
public struct ConsumedBatches: AsyncSequence, Sendable {
    /// Batch by batch.
    public typealias Element = ConsumedBatch
    /// What ends it early.
    public typealias Failure = NewswireError

    fileprivate let consumer: Consumer

    /// Begins where the consumer stands.
    public func makeAsyncIterator() -> Iterator { Iterator(consumer: consumer) }

    /// Waits for each batch in turn.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let consumer: Consumer

        /// The next batch; nil when the task was cancelled or the consumer closed.
        public func next(
            isolation actor: isolated (any Actor)?
        ) async throws(NewswireError) -> ConsumedBatch? {
            try await consumer.nextFollowing()
        }

        /// The next batch; nil when the task was cancelled or the consumer closed.
        public func next() async throws(NewswireError) -> ConsumedBatch? {
            try await consumer.nextFollowing()
        }
    }
}

extension Consumer {
    /// The next records, however long that takes.
    fileprivate func nextFollowing() async throws(NewswireError) -> ConsumedBatch? {
        while true {
            if Task.isCancelled { return nil }
            switch try look() {
            case .batch(let batch): return batch
            case .end: return nil
            case .wait(let wait): guard try await wake(wait, until: nil) else { return nil }
            }
        }
    }
}
