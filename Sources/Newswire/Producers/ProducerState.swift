/// What a producer holds, under its lock: nothing here waits, writes or calls others.
///
/// A record costs no retain but that of its batch's memory: slots are structures in arrays, reached
/// by number.
struct ProducerState {
    private let configuration: ProducerConfiguration
    private let services: EngineServices
    private var topics: [TopicSlots] = []
    private var topicNumbers: [ObjectIdentifier: Int] = [:]
    /// The topic of the last record: most often also that of the next.
    private var lastTopic: (id: ObjectIdentifier, number: Int)?
    private var lingering: [TopicSlots.ID] = []
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
        /// Batches of it wait for the caller to append them.
        var sends: TopicSlots.ID?
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

    init(_ configuration: ProducerConfiguration, _ services: EngineServices) {
        self.configuration = configuration
        self.services = services
    }

    // MARK: Adding

    /// Puts a record into the open batch of its partition.
    mutating func add(
        _ record: borrowing OutgoingRecord, to topic: Topic, for send: SendIndex?,
        of producer: Producer, _ effects: inout Effects
    ) -> Added {
        guard !isClosed else { return .refused(Producer.closedError) }
        let topicNumber = number(of: topic)
        guard let partition = topics[topicNumber].partitionNumber(for: record) else {
            return .refused(Self.noPartition(record.partition, of: topic))
        }
        let byteCount = record.estimatedByteCount
        // Cannot overflow: sizes of memory. An empty buffer takes any record.
        guard usedBytes &+ byteCount <= configuration.bufferMemory || usedBytes == 0 else {
            return .full
        }
        let id = TopicSlots.ID(topic: topicNumber, partition: partition)
        if let memory = topics[topicNumber].partitions[partition].memory {
            if let newByteCount = memory.append(record) {
                noteSize(newByteCount, of: id)
                return .added(note(send, id, &effects))
            }
            memory.batch.forgetRefusal()
            end(id, &effects)
        }
        do throws(NewswireError) {
            try begin(id, with: record, of: producer, &effects)
            return .added(note(send, id, &effects))
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
        for index in records.indices.prefix(Self.sendStepMax) {
            let send = SendIndex(wait: wait, index: index)
            switch add(records[index], to: topic, for: send, of: producer, &effects) {
            case .added: break
            case .full: return (index - records.startIndex, true)
            case .refused(let failure): wait.note(failure)
            }
            if effects.sends != nil { return (index + 1 - records.startIndex, false) }
        }
        return (min(records.count, Self.sendStepMax), false)
    }

    private mutating func add(
        _ record: Record, to topic: Topic, for send: SendIndex, of producer: Producer,
        _ effects: inout Effects
    ) -> Added {
        let borrowed = OutgoingRecord(
            key: record.key?.rawSpan, value: record.value?.rawSpan, record.attributes)
        return add(borrowed, to: topic, for: send, of: producer, &effects)
    }

    /// Begins a batch with its first record.
    @inline(never)
    private mutating func begin(
        _ id: TopicSlots.ID, with record: borrowing OutgoingRecord, of producer: Producer,
        _ effects: inout Effects
    ) throws(NewswireError) {
        guard unsettledCount > 0 || services.producers.insert(producer) else {
            throw StreamEngine.closedError
        }
        let partition = topics[id.topic].partitions[id.partition].partition
        let memory = services.memories.take()
        guard let byteCount = prepare(memory, for: partition.log.configuration, with: record) else {
            let failure = NewswireError.tooLarge(
                partition.topicPartition, memory.batch.refusedByteCount ?? 0,
                memory.batch.byteLimit, cause: nil)
            services.memories.giveBack(memory)
            if unsettledCount == 0 { services.producers.remove(producer) }
            throw failure
        }
        let batch = ProducerBatch(
            topics[id.topic].partitions[id.partition], id, serial: nextSerial,
            due: services.time.instant() + configuration.linger, of: producer)
        nextSerial += 1
        unsettledCount += 1
        topics[id.topic].partitions[id.partition].begin(batch, memory, byteCount: byteCount)
        usedBytes += byteCount
        linger(id, until: batch.due, &effects)
    }

    /// Begins a batch in `memory` with a record; nil when the topic does not take it at all.
    private func prepare(
        _ memory: BatchMemory, for topic: LogConfiguration, with record: borrowing OutgoingRecord
    ) -> Int? {
        let codec = configuration.compression ?? topic.compression
        memory.batch.codec = codec
        memory.batch.defaultTimestamp = services.time.wallClock()
        memory.batch.byteLimit = min(
            configuration.batchSize, topic.maxMessageBytes, topic.segmentBytes)
        if let byteCount = memory.append(record) { return byteCount }
        // Larger than a batch should be: it goes alone, if the topic takes it. What a compressed
        // batch becomes is seen later.
        memory.batch.forgetRefusal()
        memory.batch.byteLimit =
            codec == .none ? min(topic.maxMessageBytes, topic.segmentBytes) : .max
        return memory.append(record)
    }

    private mutating func noteSize(_ byteCount: Int, of id: TopicSlots.ID) {
        // Cannot overflow: the sizes of one batch, and a sum of sizes of memory.
        usedBytes &+= byteCount &- topics[id.topic].partitions[id.partition].byteCount
        topics[id.topic].partitions[id.partition].byteCount = byteCount
    }

    /// Counts a record that was added, and ends its batch if that filled it.
    private mutating func note(
        _ send: SendIndex?, _ id: TopicSlots.ID, _ effects: inout Effects
    ) -> EnqueuedRecord {
        let number = topics[id.topic].partitions[id.partition].nextNumber
        // Cannot overflow: nobody sends 2^63 records.
        topics[id.topic].partitions[id.partition].nextNumber = number &+ 1
        if let send {
            topics[id.topic].partitions[id.partition].open?.note(send, number: number)
        }
        if topics[id.topic].partitions[id.partition].byteCount >= configuration.batchSize {
            end(id, &effects)
        }
        return EnqueuedRecord(partition: id.partition, number: number)
    }

    private mutating func number(of topic: Topic) -> Int {
        let id = ObjectIdentifier(topic)
        guard let lastTopic, lastTopic.id == id else { return look(for: topic, id) }
        if topic.partitionCount != topics[lastTopic.number].partitions.count {
            topics[lastTopic.number].addPartitions()
        }
        return lastTopic.number
    }

    @inline(never)
    private mutating func look(for topic: Topic, _ id: ObjectIdentifier) -> Int {
        let number = topicNumbers[id] ?? topics.count
        if number == topics.count {
            topics.append(TopicSlots(topic, start: number))
            topicNumbers[id] = number
        }
        topics[number].addPartitions()
        lastTopic = (id, number)
        return number
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
    private mutating func end(_ id: TopicSlots.ID, _ effects: inout Effects) {
        topics[id.topic].closeOpen(id.partition)
        if topics[id.topic].partitions[id.partition].beginSending() { effects.sends = id }
    }

    /// Asks for the open batches of some partitions to go when nothing is on its way before them.
    ///
    /// - Returns: those whose batches the caller appends.
    mutating func requestIdleSends(of partitions: Set<Int>, in topic: Topic) -> [TopicSlots.ID] {
        guard let number = topicNumbers[ObjectIdentifier(topic)] else { return [] }
        return partitions.filter { topics[number].partitions[$0].requestSendWhenIdle() }
            .map { TopicSlots.ID(topic: number, partition: $0) }
    }

    /// Whether somebody has to append what was put off until nothing is on its way.
    func isIdleSendDue(_ id: TopicSlots.ID) -> Bool {
        topics[id.topic].partitions[id.partition].isIdleSendDue
    }

    /// Makes the caller append what was put off, if that is still due.
    mutating func takeIdleSend(_ id: TopicSlots.ID) -> Bool {
        topics[id.topic].partitions[id.partition].takeIdleSend()
    }

    /// Asks for all open batches to go.
    ///
    /// - Returns: those whose batches the caller appends.
    mutating func requestAllSends() -> [TopicSlots.ID] {
        var sends: [TopicSlots.ID] = []
        for topic in topics.indices {
            for partition in topics[topic].partitions.indices
            where topics[topic].partitions[partition].requestSend() {
                sends.append(TopicSlots.ID(topic: topic, partition: partition))
            }
        }
        return sends
    }

    /// The next batch of a partition, for the one who appends; nil ends that part.
    mutating func nextToAppend(of id: TopicSlots.ID) -> ProducerBatch? {
        topics[id.topic].partitions[id.partition].nextToAppend()
    }

    // MARK: Lingering

    private mutating func linger(
        _ id: TopicSlots.ID, until due: Instant, _ effects: inout Effects
    ) {
        if !topics[id.topic].partitions[id.partition].isLingering {
            topics[id.topic].partitions[id.partition].isLingering = true
            lingering.append(id)
        }
        guard timerDue == nil else { return }
        timerDue = due
        effects.timer = due
    }

    /// The producer's timer went: asks for what is due to go.
    ///
    /// - Returns: those whose batches the caller appends, and when the timer goes next.
    mutating func endLinger(at now: Instant) -> (sends: [TopicSlots.ID], timer: Instant?) {
        var sends: [TopicSlots.ID] = []
        var still: [TopicSlots.ID] = []
        timerDue = nil
        for id in lingering {
            let due = topics[id.topic].partitions[id.partition].open?.due
            if let due, due > now {
                still.append(id)
                timerDue = min(timerDue ?? due, due)
                continue
            }
            topics[id.topic].partitions[id.partition].isLingering = false
            if topics[id.topic].partitions[id.partition].requestSend() { sends.append(id) }
        }
        lingering = still
        return (sends, timerDue)
    }

    // MARK: Settling

    /// The log said how a batch ended.
    ///
    /// - Returns: whether the caller becomes the one who delivers outcomes of its partition.
    mutating func note(_ outcome: ProducerBatch.Outcome, of batch: ProducerBatch) -> Bool {
        batch.outcome = outcome
        return topics[batch.slot.topic].partitions[batch.slot.partition].beginDelivering()
    }

    /// The next outcome of a partition, for the one who delivers; nil ends that part.
    mutating func nextToDeliver(of id: TopicSlots.ID) -> (ProducerBatch, ProducerBatch.Outcome)? {
        topics[id.topic].partitions[id.partition].nextToDeliver()
    }

    /// The outcome of a batch was delivered.
    ///
    /// - Returns: who waited for nothing else.
    mutating func settle(
        _ batch: ProducerBatch, of producer: Producer, failure: NewswireError?
    ) -> (flushes: [Promise<Result<Void, NewswireError>>], room: [Promise<Void>]) {
        usedBytes -= batch.byteCount
        unsettledCount -= 1
        if unsettledCount == 0 { services.producers.remove(producer) }
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
