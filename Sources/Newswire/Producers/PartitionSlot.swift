/// What a producer holds for one partition, under the producer's lock.
struct PartitionSlot {
    let partition: Partition
    /// The records of the open batch; nil while there is none.
    var memory: BatchMemory?
    /// The number of the next record.
    var nextNumber: Int64 = 0
    /// The size of the open batch.
    var byteCount = 0
    /// The open batch.
    private(set) var open: ProducerBatch?
    /// Full batches, in order.
    private var ready: [ProducerBatch] = []
    /// Batches that were handed to the log and are not delivered, in order.
    private var inFlight: [ProducerBatch] = []
    /// Whether a thread appends batches of it: the order of batches is kept by there being one.
    private var isSending = false
    /// Whether a thread delivers outcomes of it: the log may settle batches in any order, and they
    /// are told in the order of the records.
    private var isDelivering = false
    /// Whether the open batch goes as soon as those before it are appended.
    private var sendsOpen = false
    /// Whether the open batch goes when everything before it was delivered.
    private var sendsWhenIdle = false
    /// Whether the producer's list of lingering slots has it.
    var isLingering = false

    init(_ partition: Partition) { self.partition = partition }

    /// Begins a batch, with its first record in `memory`.
    mutating func begin(_ batch: ProducerBatch, _ memory: BatchMemory, byteCount: Int) {
        precondition(open == nil, "two batches of \(partition.topicPartition) are open")
        open = batch
        self.memory = memory
        self.byteCount = byteCount
    }

    /// Ends the open batch: it goes behind those that are ready.
    mutating func closeOpen() {
        guard let batch = open, let memory else { return }
        batch.close(memory, byteCount: byteCount, end: nextNumber)
        ready.append(batch)
        open = nil
        self.memory = nil
    }

    /// Asks for the open batch to go.
    ///
    /// - Returns: whether the caller becomes the one who appends.
    mutating func requestSend() -> Bool {
        guard open != nil else { return false }
        sendsOpen = true
        return beginSending()
    }

    /// Asks for the open batch to go as soon as nothing is on its way before it.
    ///
    /// While a batch waits for the disk, records of many senders gather in the next one: they could
    /// not be synced earlier anyway.
    /// - Returns: whether the caller becomes the one who appends.
    mutating func requestSendWhenIdle() -> Bool {
        sendsWhenIdle = open != nil
        return takeIdleSend()
    }

    /// Asks for the open batch to go if that was put off, and nothing is on its way any more.
    ///
    /// - Returns: whether the caller becomes the one who appends.
    mutating func takeIdleSend() -> Bool {
        guard sendsWhenIdle, inFlight.isEmpty else { return false }
        sendsWhenIdle = false
        return requestSend()
    }

    /// Whether the open batch waits for nothing but somebody to append it.
    var isIdleSendDue: Bool { sendsWhenIdle && inFlight.isEmpty && open != nil }

    /// Makes the caller the one who appends, unless another thread is.
    mutating func beginSending() -> Bool {
        defer { isSending = true }
        return !isSending
    }

    /// The next batch to append, for the one who does; nil ends that part.
    mutating func nextToAppend() -> ProducerBatch? {
        if ready.isEmpty, sendsOpen { closeOpen() }
        guard !ready.isEmpty else {
            isSending = false
            sendsOpen = false
            return nil
        }
        let batch = ready.removeFirst()
        inFlight.append(batch)
        return batch
    }

    /// Makes the caller the one who delivers, unless another thread is.
    mutating func beginDelivering() -> Bool {
        defer { isDelivering = true }
        return !isDelivering
    }

    /// The next batch to deliver with its outcome, for the one who does; nil ends that part.
    mutating func nextToDeliver() -> (ProducerBatch, ProducerBatch.Outcome)? {
        guard let batch = inFlight.first, let outcome = batch.outcome else {
            isDelivering = false
            return nil
        }
        return (inFlight.removeFirst(), outcome)
    }
}

/// What a producer holds for one topic, under the producer's lock.
struct TopicSlots {
    let topic: Topic
    var partitions: [PartitionSlot] = []
    var partitioner: Partitioner

    /// Where one partition of a producer stands.
    struct ID: Hashable, Sendable {
        let topic: Int
        let partition: Int
    }

    init(_ topic: Topic, start: Int) {
        self.topic = topic
        partitioner = Partitioner(partitionCount: topic.partitionCount, start: start)
        addPartitions()
    }

    /// Takes in the partitions that the topic got since.
    mutating func addPartitions() {
        partitions += topic.partitions.dropFirst(partitions.count).map(PartitionSlot.init)
        partitioner = Partitioner(
            partitionCount: partitions.count, start: partitioner.stickyPartition)
    }

    /// The number of the partition for a record; nil when there is none of the asked number.
    func partitionNumber(for record: borrowing OutgoingRecord) -> Int? {
        guard let number = record.partition else { return partitioner.partition(for: record.key) }
        return partitions.indices.contains(number) ? number : nil
    }

    /// Ends the open batch of a partition: keyless records move on from there.
    mutating func closeOpen(_ number: Int) {
        partitions[number].closeOpen()
        if number == partitioner.stickyPartition { partitioner.advanceStickyPartition() }
    }
}
