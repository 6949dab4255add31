internal import Synchronization

/// Gathers records into batches, partition by partition, and appends them.
///
///     let producer = engine.makeProducer()
///     try producer.enqueue(key: order.id, value: order.json, to: orders)
///     try await producer.flush()
///
/// A batch goes when it is full (on the thread that filled it), when its first record waited for
/// ``ProducerConfiguration/linger``, or when somebody asks. Any thread may use it; records of one
/// thread for one partition keep their order. Dropping it loses nothing that it accepted.
public final class Producer: Sendable {
    let services: EngineServices
    private let configuration: ProducerConfiguration
    private let state: Mutex<ProducerState>
    let engine: StreamEngine

    init(_ configuration: ProducerConfiguration, _ engine: StreamEngine) {
        self.configuration = configuration
        self.engine = engine
        services = engine.services
        state = Mutex(ProducerState(configuration, engine.services))
    }

    static var closedError: NewswireError {
        NewswireError(.closed, "the producer is closed: make another one")
    }

    // MARK: Enqueuing

    /// Accepts a record: it is acknowledged later, and ``flush()`` or
    /// ``ProducerConfiguration/onDelivery`` says when.
    ///
    /// The bytes are copied into the batch. Without a partition in `attributes`, the key decides as
    /// in Kafka (murmur2); records without a key go to one partition until its batch ends.
    /// - Parameters:
    ///   - key: nil is none, which differs from empty.
    ///   - value: nil is none, which differs from empty.
    ///   - attributes: headers, timestamp and partition.
    ///   - topic: a topic of the producer's engine.
    /// - Returns: which record it is in ``DeliveryReport/numbers``.
    /// - Throws: `.bufferFull`, which is retriable, when ``ProducerConfiguration/bufferMemory`` is
    ///   used up; `.messageTooLarge`, `.unknownPartition`, `.closed`. A record that is refused
    ///   leaves the others as they are.
    /// - Complexity: one short lock; no allocation but for a new batch.
    @discardableResult
    public func enqueue(
        key: RawSpan?, value: RawSpan?, with attributes: RecordAttributes = RecordAttributes(),
        to topic: Topic
    ) throws(NewswireError) -> EnqueuedRecord {
        let record = OutgoingRecord(key: key, value: value, attributes)
        if let enqueued = try add(record, to: topic) { return enqueued }
        return try enqueueWhenThereIsRoom(record, to: topic)
    }

    /// Accepts a record from arrays; see ``enqueue(key:value:with:to:)-(RawSpan?,_,_,_)``.
    @discardableResult
    public func enqueue(
        key: [UInt8]?, value: [UInt8]?, with attributes: RecordAttributes = RecordAttributes(),
        to topic: Topic
    ) throws(NewswireError) -> EnqueuedRecord {
        try enqueue(key: key?.rawSpan, value: value?.rawSpan, with: attributes, to: topic)
    }

    /// Adds a record to its batch; nil when there is no room.
    private func add(
        _ record: borrowing OutgoingRecord, to topic: Topic
    ) throws(NewswireError) -> EnqueuedRecord? {
        var effects = ProducerState.Effects()
        let added = state.withLock { state in
            state.add(record, to: topic, for: nil, of: self, &effects)
        }
        perform(effects)
        switch added {
        case .added(let enqueued): return enqueued
        case .full: return nil
        case .refused(let failure): throw failure
        }
    }

    @inline(never)
    private func enqueueWhenThereIsRoom(
        _ record: borrowing OutgoingRecord, to topic: Topic
    ) throws(NewswireError) -> EnqueuedRecord {
        let deadline = services.time.instant() + configuration.maxBlock
        while true {
            let room = waitForRoom()
            if let enqueued = try add(record, to: topic) { return enqueued }
            guard let room else { continue }
            guard room.wait(until: deadline) != nil else {
                services.counters.noteRefused()
                throw NewswireError(
                    .bufferFull,
                    "the producer holds \(configuration.bufferMemory) bytes that are not"
                        + " acknowledged yet: flush, or try again later",
                    at: .init(topic: topic.name))
            }
        }
    }

    // MARK: Sending

    /// Appends what is open now and returns when everything accepted so far is acknowledged.
    ///
    /// - Throws: the first failure of a batch since the last flush; the others were acknowledged,
    ///   and ``ProducerConfiguration/onDelivery`` told which.
    public func flush() throws(NewswireError) {
        if let promise = beginFlush(), let outcome = promise.wait() { try outcome.get() }
        try throwFailure()
    }

    /// Appends what is open now, and waits without holding a thread; see the synchronous twin.
    public func flush() async throws(NewswireError) {
        if let promise = beginFlush() { try await promise.value().get() }
        try throwFailure()
    }

    private func beginFlush() -> Promise<Result<Void, NewswireError>>? {
        sendAll()
        return state.withLock { $0.beginFlush() }
    }

    private func throwFailure() throws(NewswireError) {
        if let failure = state.withLock({ $0.takeFailure() }) { throw failure }
    }

    /// Flushes, and refuses records from then on.
    public func close() throws(NewswireError) {
        state.withLock { $0.close() }
        try flush()
    }

    /// Flushes without holding a thread, and refuses records from then on.
    public func close() async throws(NewswireError) {
        state.withLock { $0.close() }
        try await flush()
    }

    // MARK: For its parts

    /// Appends the open batches of all partitions.
    func sendAll() {
        for accumulator in state.withLock({ $0.requestAllSends() }) {
            appendBatches(of: accumulator)
        }
    }

    /// Refuses records from now on and appends those that are there: the engine closes.
    func endWithEngine() {
        state.withLock { $0.close() }
        sendAll()
    }

    func perform(_ effects: ProducerState.Effects) {
        if let due = effects.timer { setTimer(for: due) }
        if let slot = effects.sends { appendBatches(of: slot) }
    }

    /// Adds records of a `send` until a batch has to go, or there is no room.
    ///
    /// - Returns: how many were added or failed by themselves, and whether there is no room.
    func add(
        _ records: ArraySlice<Record>, to topic: Topic, for wait: SendWait
    ) -> (count: Int, isFull: Bool) {
        var effects = ProducerState.Effects()
        let result = state.withLock { state in
            state.add(records, to: topic, for: wait, of: self, &effects)
        }
        perform(effects)
        return result
    }

    /// Appends the open batches that hold records of a `send`, now or as soon as nothing is before.
    func send(_ wait: SendWait, to topic: Topic) {
        let partitions = wait.partitions
        let sends = state.withLock { $0.requestIdleSends(of: partitions, in: topic) }
        for slot in sends { appendBatches(of: slot) }
    }

    /// Sends what lingers, as that is what fills the buffer.
    ///
    /// - Returns: a promise that is kept when some batch is settled; nil when none is on its way.
    func waitForRoom() -> Promise<Void>? {
        sendAll()
        return state.withLock { $0.beginWaitForRoom() }
    }

    /// Appends the batches of a partition that are ready, in order: this thread is the one.
    private func appendBatches(of slot: TopicSlots.ID) {
        while let batch = state.withLock({ $0.nextToAppend(of: slot) }) { append(batch) }
    }

    private func append(_ batch: ProducerBatch) {
        let memory = batch.takeMemory()
        do throws(LogFailure) {
            _ = try batch.partition.log.append(
                &memory.batch, acknowledge: configuration.durability, waiter: batch)
        } catch {
            batch.complete(.failure(error))
        }
        services.memories.giveBack(memory)
    }

    private func setTimer(for due: Instant) {
        do throws(IOFailure) {
            _ = try services.timers.add(at: due) { [self] in endLinger() }
        } catch {
            // Without a timer nothing may linger: slower, and nothing is forgotten.
            endLinger(at: Instant(nanoseconds: .max))
        }
    }

    private func endLinger() { endLinger(at: services.time.instant()) }

    private func endLinger(at now: Instant) {
        let (sends, timer) = state.withLock { $0.endLinger(at: now) }
        if let timer { setTimer(for: timer) }
        for slot in sends { appendBatches(of: slot) }
    }

    /// The log said how a batch ended: that is told after those before it.
    func settle(_ batch: ProducerBatch, _ outcome: ProducerBatch.Outcome) {
        guard state.withLock({ $0.note(outcome, of: batch) }) else { return }
        while let (batch, outcome) = state.withLock({ $0.nextToDeliver(of: batch.slot) }) {
            deliver(batch, outcome)
        }
        let slot = batch.slot
        if state.withLock({ $0.isIdleSendDue(slot) }) { sendSoon(slot) }
    }

    /// Appends what was put off.
    ///
    /// Not on this thread: it syncs for everybody, and must not write, or compress, for one.
    private func sendSoon(_ slot: TopicSlots.ID) {
        let send: Timers.Action = { [self] in
            if state.withLock({ $0.takeIdleSend(slot) }) { appendBatches(of: slot) }
        }
        do throws(IOFailure) {
            _ = try services.timers.add(at: services.time.instant(), send)
        } catch {
            // Without a thread for it: slower, and nothing waits for ever.
            send()
        }
    }

    private func deliver(_ batch: ProducerBatch, _ outcome: ProducerBatch.Outcome) {
        var failure: NewswireError?
        switch outcome {
        case .success:
            services.counters.noteAppended(records: batch.recordCount, byteCount: batch.byteCount)
        case .failure(let error):
            services.counters.noteFailed(records: batch.recordCount)
            // Who waits for its records hears of it; nobody has to be told twice.
            if batch.sends.isEmpty { failure = error }
        }
        configuration.onDelivery?(
            DeliveryReport(
                partition: batch.partition.topicPartition, numbers: batch.numbers,
                outcome: outcome))
        for part in batch.sends { part.wait.settle(part, of: batch, outcome) }
        // Last: a flush returns after all that.
        let ended = state.withLock { $0.settle(batch, of: self, failure: failure) }
        for promise in ended.flushes { promise.settle(.success(())) }
        for promise in ended.room { promise.settle(()) }
    }
}
