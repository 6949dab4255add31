/// One batch of a producer, from its first record to its acknowledgement.
final class ProducerBatch: AppendWaiter, @unchecked Sendable {
    // Unchecked: what changes is touched under the producer's lock while the batch is open, and by
    // the one thread that appends it after that.

    let partition: Partition
    /// The number of its first record.
    let firstNumber: Int64
    /// How many batches the producer began before it.
    let serial: Int64
    /// When it goes, full or not.
    let due: Instant
    /// Its records, until they are appended.
    var memory: BatchMemory?
    var recordCount = 0
    /// What it takes of the producer's memory budget.
    var byteCount = 0
    /// Who waits for records of it.
    var sends: [SendPart] = []
    // Strong: a producer whose last reference went still delivers what it accepted.
    private let producer: Producer

    init(
        _ accumulator: Accumulator, _ memory: BatchMemory, serial: Int64, due: Instant,
        of producer: Producer
    ) {
        partition = accumulator.partition
        firstNumber = accumulator.nextNumber
        self.memory = memory
        self.serial = serial
        self.due = due
        self.producer = producer
    }

    /// The numbers of its records.
    var numbers: Range<Int64> { firstNumber..<firstNumber + Int64(recordCount) }

    /// A record of a `send` was added.
    func note(_ wait: SendWait, index: Int, number: Int64) {
        if let last = sends.indices.last, sends[last].wait === wait, sends[last].end == number {
            sends[last].indexes.append(index)
        } else {
            sends.append(SendPart(wait: wait, firstNumber: number, indexes: [index]))
            wait.notePart(in: partition.number)
        }
    }

    func complete(_ outcome: Result<AppendedBatch, LogFailure>) {
        producer.settle(self, outcome.mapError(NewswireError.init))
    }
}

/// The records of one producer for one partition that are not appended yet.
///
/// Whoever has one outside the producer's lock only names it.
final class Accumulator: @unchecked Sendable {
    // Unchecked: what changes is touched under the producer's lock only.

    let partition: Partition
    /// The batch that takes records.
    var open: ProducerBatch?
    /// Full batches, in order.
    var ready: [ProducerBatch] = []
    /// Whether a thread appends batches of it: the order of batches is kept by there being one.
    var isSending = false
    /// Whether the open batch goes as soon as those before it are appended.
    var sendsOpen = false
    /// Whether the producer's list of lingering accumulators has it.
    var isLingering = false
    /// The number of the next record.
    var nextNumber: Int64 = 0

    init(_ partition: Partition) { self.partition = partition }

    /// Ends the open batch: it goes behind those that are ready.
    func closeOpen() {
        guard let batch = open else { return }
        ready.append(batch)
        open = nil
    }

    /// Asks for the open batch to go.
    ///
    /// - Returns: whether the caller becomes the one who appends.
    func requestSend() -> Bool {
        guard open != nil else { return false }
        sendsOpen = true
        return beginSending()
    }

    /// Makes the caller the one who appends, unless another thread is.
    func beginSending() -> Bool {
        defer { isSending = true }
        return !isSending
    }

    /// The next batch to append, for the one who does; nil ends that part.
    func nextToAppend() -> ProducerBatch? {
        if ready.isEmpty, sendsOpen { closeOpen() }
        guard !ready.isEmpty else {
            isSending = false
            sendsOpen = false
            return nil
        }
        return ready.removeFirst()
    }
}

/// The accumulators of one producer for one topic.
final class TopicAccumulators: @unchecked Sendable {
    // Unchecked: touched under the producer's lock only.

    let topic: Topic
    private(set) var accumulators: [Accumulator] = []
    private(set) var partitioner: Partitioner

    init(_ topic: Topic, start: Int) {
        self.topic = topic
        partitioner = Partitioner(partitionCount: topic.partitionCount, start: start)
        addPartitions()
    }

    /// The accumulator for a record; nil when the topic has no partition of the asked number.
    func accumulator(forKey key: RawSpan?, partition: Int?) -> Accumulator? {
        if topic.partitionCount != accumulators.count { addPartitions() }
        guard let partition else { return accumulators[partitioner.partition(for: key)] }
        return accumulators.indices.contains(partition) ? accumulators[partition] : nil
    }

    /// A batch for a partition ended: keyless records move on from there.
    func noteBatchEnded(in partition: Int) {
        if partition == partitioner.stickyPartition { partitioner.advanceStickyPartition() }
    }

    private func addPartitions() {
        let partitions = topic.partitions
        accumulators += partitions.dropFirst(accumulators.count).map(Accumulator.init)
        partitioner = Partitioner(
            partitionCount: accumulators.count, start: partitioner.stickyPartition)
    }
}
