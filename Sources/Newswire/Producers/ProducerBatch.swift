/// One batch of a producer, from its first record to its acknowledgement.
final class ProducerBatch: AppendWaiter, @unchecked Sendable {
    // Unchecked: what changes is touched under the producer's lock while the batch is open, and by
    // the one thread that appends it after that.

    typealias Outcome = Result<AppendedBatch, NewswireError>

    /// Where its producer keeps it.
    let slot: TopicSlots.ID
    let partition: Partition
    /// How many batches the producer began before it.
    let serial: Int64
    /// When it goes, full or not.
    let due: Instant
    /// The numbers of its records; empty while it is open.
    private(set) var numbers: Range<Int64>
    /// What it takes of the producer's memory budget.
    private(set) var byteCount = 0
    /// Who waits for records of it.
    private(set) var sends: [SendPart] = []
    /// How it ended, from then until that is delivered.
    var outcome: Outcome?
    /// Its records, from its end until they are appended.
    private var memory: BatchMemory?
    // Strong: a producer whose last reference went still delivers what it accepted.
    private let producer: Producer

    init(
        _ slot: PartitionSlot, _ id: TopicSlots.ID, serial: Int64, due: Instant,
        of producer: Producer
    ) {
        self.slot = id
        partition = slot.partition
        numbers = slot.nextNumber..<slot.nextNumber
        self.serial = serial
        self.due = due
        self.producer = producer
    }

    /// How many records it has; none while it is open.
    var recordCount: Int { numbers.count }

    /// A record of a `send` was added.
    func note(_ send: SendIndex, number: Int64) {
        if let last = sends.indices.last, sends[last].wait === send.wait, sends[last].end == number
        {
            sends[last].indexes.append(send.index)
        } else {
            sends.append(SendPart(wait: send.wait, firstNumber: number, indexes: [send.index]))
            send.wait.notePart(in: partition.number)
        }
    }

    /// It takes no more records.
    func close(_ memory: BatchMemory, byteCount: Int, end: Int64) {
        self.memory = memory
        self.byteCount = byteCount
        numbers = numbers.lowerBound..<end
    }

    /// Its records, for the thread that appends them.
    func takeMemory() -> BatchMemory {
        guard let taken = memory else { preconditionFailure("a batch was appended twice") }
        memory = nil
        return taken
    }

    func complete(_ outcome: Result<AppendedBatch, LogFailure>) {
        producer.settle(self, outcome.mapError(NewswireError.init))
    }
}
