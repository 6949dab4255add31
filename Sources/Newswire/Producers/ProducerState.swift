/// What a producer holds, under its lock: nothing here waits, writes or calls others.
struct ProducerState {
    private let configuration: ProducerConfiguration
    private let services: EngineServices
    private var topics: [ObjectIdentifier: TopicAccumulators] = [:]
    /// The topic of the last record: most often also that of the next.
    private var last: TopicAccumulators?
    private var lingering: [Accumulator] = []
    /// When the producer's timer goes; nil while it has none.
    private var timerDue: Instant?
    private var usedBytes = 0
    private var nextSerial: Int64 = 0
    private var unsettledCount = 0
    private var flushes: [Flush] = []
    private var waitsForRoom: [Promise<Void>] = []
    private var firstFailure: NewswireError?
    private(set) var isClosed = false

    private struct Flush {
        /// It waits for the batches whose serial is below this.
        let serialEnd: Int64
        var remaining: Int
        let promise: Promise<Result<Void, NewswireError>>
    }

    /// What is left to do after the lock.
    struct Effects {
        /// Its batches wait for the caller to append them.
        var sends: Accumulator?
        /// A timer has to be set for this moment.
        var timer: Instant?
    }

    /// How adding a record ended.
    enum Added {
        case added(EnqueuedRecord)
        /// There is no room for it now.
        case full
        case refused(NewswireError)
    }

    /// Who adds a record: the producer, and the `send` that waits for it, if one does.
    struct Origin {
        let producer: Producer
        var wait: SendWait?
        /// Which record of the `send` it is.
        var index = 0
    }

    init(_ configuration: ProducerConfiguration, _ services: EngineServices) {
        self.configuration = configuration
        self.services = services
    }

    // MARK: Adding

    /// Puts a record into the open batch of its partition.
    mutating func add(
        _ record: borrowing OutgoingRecord, to topic: Topic, from origin: Origin,
        _ effects: inout Effects
    ) -> Added {
        guard !isClosed else { return .refused(Producer.closedError) }
        let group = accumulators(of: topic)
        let wanted = record.attributes.partition
        guard let accumulator = group.accumulator(forKey: record.key, partition: wanted) else {
            return .refused(Self.noPartition(wanted, of: topic))
        }
        // Cannot overflow: sizes of memory. An empty buffer takes any record.
        guard usedBytes &+ record.estimatedByteCount <= configuration.bufferMemory || usedBytes == 0
        else { return .full }
        if let batch = accumulator.open {
            if append(record, to: batch) {
                return .added(note(origin, in: batch, of: accumulator, group, &effects))
            }
            batch.memory?.batch.forgetRefusal()
            end(accumulator, of: group, &effects)
        }
        do throws(NewswireError) {
            let batch = try begin(accumulator, with: record, from: origin.producer)
            linger(accumulator, until: batch.due, &effects)
            return .added(note(origin, in: batch, of: accumulator, group, &effects))
        } catch {
            return .refused(error)
        }
    }

    /// How many records of a `send` are added under one lock at most: others want it, too.
    private static let sendStepMax = 256

    /// Puts records of a `send` into their batches, until one has to go or there is no room.
    ///
    /// - Returns: how many were added or failed by themselves, and whether there is no room.
    mutating func add(
        _ records: ArraySlice<Record>, to topic: Topic, for wait: SendWait, of producer: Producer,
        _ effects: inout Effects
    ) -> (count: Int, isFull: Bool) {
        var origin = Origin(producer: producer, wait: wait)
        for index in records.indices.prefix(Self.sendStepMax) {
            origin.index = index
            switch add(records[index], to: topic, from: origin, &effects) {
            case .added: break
            case .full: return (index - records.startIndex, true)
            case .refused(let failure): wait.note(failure)
            }
            if effects.sends != nil { return (index + 1 - records.startIndex, false) }
        }
        return (min(records.count, Self.sendStepMax), false)
    }

    private mutating func add(
        _ record: Record, to topic: Topic, from origin: Origin, _ effects: inout Effects
    ) -> Added {
        let borrowed = OutgoingRecord(
            key: record.key?.rawSpan, value: record.value?.rawSpan, record.attributes)
        return add(borrowed, to: topic, from: origin, &effects)
    }

    /// Begins a batch with its first record.
    @inline(never)
    private mutating func begin(
        _ accumulator: Accumulator, with record: borrowing OutgoingRecord, from producer: Producer
    ) throws(NewswireError) -> ProducerBatch {
        let topic = accumulator.partition.log.configuration
        let codec = configuration.compression ?? topic.compression
        // What a compressed batch becomes is seen later.
        let alone = codec == .none ? min(topic.maxMessageBytes, topic.segmentBytes) : .max
        let memory = services.memories.take()
        memory.batch.codec = codec
        memory.batch.defaultTimestamp = services.time.wallClock()
        memory.batch.byteLimit = min(
            configuration.batchSize, topic.maxMessageBytes, topic.segmentBytes)
        let batch = ProducerBatch(
            accumulator, memory, serial: nextSerial,
            due: services.time.instant() + configuration.linger, of: producer)
        if !append(record, to: batch) {
            // Larger than a batch should be: it goes alone, if the topic takes it.
            memory.batch.reset()
            memory.batch.codec = codec
            memory.batch.byteLimit = alone
            guard append(record, to: batch) else {
                let byteCount = memory.batch.refusedByteCount ?? 0
                services.memories.giveBack(memory)
                throw NewswireError.tooLarge(
                    accumulator.partition.topicPartition, byteCount, alone, cause: nil)
            }
        }
        nextSerial += 1
        unsettledCount += 1
        accumulator.open = batch
        return batch
    }

    private mutating func append(
        _ record: borrowing OutgoingRecord, to batch: ProducerBatch
    ) -> Bool {
        guard let memory = batch.memory else { preconditionFailure("an open batch has no memory") }
        let before = memory.batch.byteCount
        guard record.append(to: &memory.batch) else { return false }
        // Cannot overflow: the sizes of one batch, and a sum of sizes of memory.
        let added = memory.batch.byteCount &- before
        batch.byteCount &+= added
        usedBytes &+= added
        return true
    }

    /// Counts a record that was added to `batch`, and ends the batch if that filled it.
    private mutating func note(
        _ origin: Origin, in batch: ProducerBatch, of accumulator: Accumulator,
        _ group: TopicAccumulators, _ effects: inout Effects
    ) -> EnqueuedRecord {
        let number = accumulator.nextNumber
        accumulator.nextNumber = number &+ 1  // Cannot overflow: nobody sends 2^63 records.
        batch.recordCount &+= 1
        if let wait = origin.wait { batch.note(wait, index: origin.index, number: number) }
        if batch.byteCount >= configuration.batchSize { end(accumulator, of: group, &effects) }
        return EnqueuedRecord(partition: accumulator.partition.number, number: number)
    }

    private mutating func accumulators(of topic: Topic) -> TopicAccumulators {
        if let last, last.topic === topic { return last }
        let id = ObjectIdentifier(topic)
        let group = topics[id] ?? TopicAccumulators(topic, start: topics.count)
        topics[id] = group
        last = group
        return group
    }

    private static func noPartition(_ number: Int?, of topic: Topic) -> NewswireError {
        NewswireError(
            .unknownPartition,
            "\(topic.name) has no partition \(number ?? -1): its partitions are 0 to"
                + " \(topic.partitionCount - 1)",
            at: .init(topic: topic.name, partition: number))
    }

    // MARK: Sending

    /// Ends the open batch of a partition: it goes.
    private func end(
        _ accumulator: Accumulator, of group: TopicAccumulators, _ effects: inout Effects
    ) {
        accumulator.closeOpen()
        group.noteBatchEnded(in: accumulator.partition.number)
        if accumulator.beginSending() { effects.sends = accumulator }
    }

    /// Asks for the open batches of some partitions to go.
    ///
    /// - Returns: those whose batches the caller appends.
    func requestSends(of partitions: Set<Int>, in topic: Topic) -> [Accumulator] {
        guard let group = topics[ObjectIdentifier(topic)] else { return [] }
        return partitions.compactMap { number in
            let accumulator = group.accumulators[number]
            return accumulator.requestSend() ? accumulator : nil
        }
    }

    /// Asks for all open batches to go.
    ///
    /// - Returns: those whose batches the caller appends.
    func requestAllSends() -> [Accumulator] {
        topics.values.flatMap { group in group.accumulators.filter { $0.requestSend() } }
    }

    /// The next batch of a partition, for the one who appends; nil ends that part.
    func nextToAppend(of accumulator: Accumulator) -> ProducerBatch? { accumulator.nextToAppend() }

    // MARK: Lingering

    private mutating func linger(
        _ accumulator: Accumulator, until due: Instant, _ effects: inout Effects
    ) {
        if !accumulator.isLingering {
            accumulator.isLingering = true
            lingering.append(accumulator)
        }
        guard timerDue == nil else { return }
        timerDue = due
        effects.timer = due
    }

    /// The producer's timer went: asks for what is due to go.
    ///
    /// - Returns: those whose batches the caller appends, and when the timer goes next.
    mutating func endLinger(at now: Instant) -> (sends: [Accumulator], timer: Instant?) {
        var sends: [Accumulator] = []
        timerDue = nil
        lingering.removeAll { accumulator in
            if let batch = accumulator.open, batch.due <= now, accumulator.requestSend() {
                sends.append(accumulator)
            } else if let batch = accumulator.open, batch.due > now {
                timerDue = min(timerDue ?? batch.due, batch.due)
                return false
            }
            accumulator.isLingering = false
            return true
        }
        return (sends, timerDue)
    }

    // MARK: Settling

    /// A batch was acknowledged, or failed.
    ///
    /// - Returns: who waited for nothing else.
    mutating func settle(
        _ batch: ProducerBatch, failure: NewswireError?
    ) -> (flushes: [Promise<Result<Void, NewswireError>>], room: [Promise<Void>]) {
        usedBytes -= batch.byteCount
        unsettledCount -= 1
        firstFailure = firstFailure ?? failure
        for number in flushes.indices where batch.serial < flushes[number].serialEnd {
            flushes[number].remaining -= 1
        }
        let ended = flushes.filter { $0.remaining == 0 }.map(\.promise)
        flushes.removeAll { $0.remaining == 0 }
        defer { waitsForRoom.removeAll() }
        return (ended, waitsForRoom)
    }

    /// Registers a flush; nil when there is nothing to wait for.
    mutating func beginFlush() -> Promise<Result<Void, NewswireError>>? {
        guard unsettledCount > 0 else { return nil }
        let promise = Promise<Result<Void, NewswireError>>()
        flushes.append(
            Flush(serialEnd: nextSerial, remaining: unsettledCount, promise: promise))
        return promise
    }

    /// The first failure since this was asked last.
    mutating func takeFailure() -> NewswireError? {
        defer { firstFailure = nil }
        return firstFailure
    }

    /// Registers a wait for room; nil when some may be there already.
    mutating func beginWaitForRoom() -> Promise<Void>? {
        guard unsettledCount > 0 else { return nil }
        let promise = Promise<Void>()
        waitsForRoom.append(promise)
        return promise
    }

    /// Refuses records from now on.
    mutating func close() { isClosed = true }
}
