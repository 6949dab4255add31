import Newswire
import NewswireLog

/// Reads partitions from a place to a place, and writes their records.
struct Consumption {
    /// How far one partition is.
    struct Progress {
        let partition: Partition
        /// The next record to read.
        var next: Offset
        /// Where reading ends, exclusive; nil when it goes on with what is appended.
        var end: Offset?

        var isFinished: Bool { end.map { next >= $0 } ?? false }
    }

    private static let readByteCount = 1 << 20

    /// Whether records could not be read.
    private(set) var foundDamage = false
    private let request: ConsumeRequest
    private let engine: StreamEngine
    private let topic: Topic
    private let messages: Messages
    private let stop: StopSignal?
    private var sink: RecordSink
    private var partitions: [Progress] = []

    /// Prepares to read what `request` asks for; `stop` ends it before.
    init(
        _ request: ConsumeRequest, of engine: StreamEngine, for invocation: Invocation,
        stop: StopSignal?
    ) throws {
        self.request = request
        self.stop = stop
        self.engine = engine
        messages = invocation.messages
        topic = try engine.topic(request.topic)
        sink = RecordSink(request.format, plain: request.plain, output: invocation.output)
        let wanted =
            request.partitions.isEmpty
            ? topic.partitions : try request.partitions.map { try topic.partition($0) }
        // All ends are of one moment: what is appended while we read is not ours.
        partitions = try wanted.map { try begin($0) }
    }

    private func begin(_ partition: Partition) throws -> Progress {
        let offsets = partition.offsets
        let start = try self.offset(of: request.from, in: partition)
        if start < offsets.logStartOffset {
            messages.note(
                "\(partition.topicPartition) begins at offset \(offsets.logStartOffset):"
                    + " what came before it is gone")
        }
        var end = try request.to.map { try self.offset(of: $0, in: partition) }
        let visible = visibleEnd(of: offsets)
        if !request.follows { end = min(end ?? visible, visible) }
        return Progress(
            partition: partition, next: max(start, offsets.logStartOffset), end: end)
    }

    private func offset(of place: Where, in partition: Partition) throws -> Offset {
        switch place {
        case .beginning: try partition.offset(of: .beginning)
        case .end: try partition.offset(of: .end)
        case .last(let count): try partition.offset(of: .last(Int(clamping: count)))
        case .time(let time): try partition.offset(of: .timestamp(time))
        // As it is: what is gone is passed by, and what is to come is waited for.
        case .offset(let offset): offset
        }
    }

    private func visibleEnd(of offsets: LogOffsets) -> Offset {
        request.readsCommitted ? offsets.lastStableOffset : offsets.highWatermark
    }

    // MARK: Reading

    /// Reads what is there, partition by partition.
    mutating func readToTheEnds() throws {
        for number in partitions.indices {
            while try readOnce(number) {}
        }
    }

    /// Goes on with what others append, until `stop` or until nothing more is wanted.
    mutating func follow(until stop: StopSignal) throws {
        let watch = try TopicWatch(topic, in: engine.path)
        stop.onStop { watch.wake() }
        try OutputReader.onGone { watch.wake() }
        while stop.number == nil, !isFinished {
            try watch.addDirectories()
            try engine.refresh()
            guard engine.topics.contains(where: { $0.id == topic.id }) || topic.isInternal else {
                throw CommandFailure.failed("topic \(topic.name) was deleted")
            }
            try addPartitions()
            try readToTheEnds()
            // Whoever looks at the output sees all there is before we wait.
            try sink.flush()
            if stop.number != nil || isFinished { return }
            if OutputReader.isGone { throw OutputFailure.closed }
            try watch.wait()
        }
    }

    /// Writes what is left: to be called once, at the end.
    mutating func finish() throws {
        try sink.finish()
    }

    private var isFinished: Bool {
        remainingCount == 0 || partitions.allSatisfy(\.isFinished)
    }

    private var remainingCount: Int64 { (request.countMax ?? .max) - sink.count }

    /// Partitions that the topic has got meanwhile are read from their beginnings.
    private mutating func addPartitions() throws {
        guard request.partitions.isEmpty, request.to == nil else { return }
        for partition in topic.partitions.dropFirst(partitions.count) {
            partitions.append(Progress(partition: partition, next: .zero, end: nil))
        }
    }

    /// Reads a portion of one partition; false when there is nothing to read now.
    private mutating func readOnce(_ number: Int) throws -> Bool {
        let progress = partitions[number]
        guard remainingCount > 0, !progress.isFinished, stop?.number == nil else { return false }
        let offsets = progress.partition.offsets
        // Retention may have passed us; and an offset that is to come is waited for.
        let next = max(progress.next, offsets.logStartOffset)
        partitions[number].next = next
        guard next < visibleEnd(of: offsets) else { return false }
        do {
            let slice = try progress.partition.read(from: next, maxBytes: Self.readByteCount)
            guard !slice.isEmpty else { return false }
            try write(slice, number)
        } catch let failure as NewswireError where failure.code == .corrupt {
            try pass(failure, number)
        }
        return true
    }

    private mutating func write(_ slice: FetchedSlice, _ number: Int) throws {
        do {
            var records = slice.records(verifyingChecksums: true)
            while let batch = try records.nextBatch() {
                let origin = RecordLineWriter.Origin(
                    partition: slice.partition, timestampType: batch.attributes.timestampType)
                while let record = try records.nextOfBatch() {
                    guard wants(record.offset, of: number) else { return }
                    try sink.write(record, from: origin)
                    partitions[number].next = record.offset + 1
                }
            }
        } catch let failure as LogFailure {
            throw NewswireError(failure)
        } catch let failure as BatchFailure {
            throw damagedHeaders(failure, in: slice, at: partitions[number].next)
        }
        partitions[number].next = slice.nextOffset
    }

    /// Whether a record is to be written; if it is behind the end, so is what comes after it.
    private mutating func wants(_ offset: Offset, of number: Int) -> Bool {
        guard let end = partitions[number].end, offset >= end else { return remainingCount > 0 }
        partitions[number].next = end
        return false
    }

    private func damagedHeaders(
        _ failure: BatchFailure, in slice: FetchedSlice, at offset: Offset
    ) -> NewswireError {
        NewswireError(
            .corrupt, "the headers of the record are damaged: \(failure)",
            at: .init(slice.partition, offset: offset))
    }

    // MARK: Damage

    /// Names damaged offsets, and goes on behind them if that is wanted.
    private mutating func pass(_ failure: NewswireError, _ number: Int) throws {
        let progress = partitions[number]
        let damaged = try progress.partition.damagedRange(at: progress.next)
        foundDamage = true
        let place = progress.partition.topicPartition
        let sentence =
            "\(place), offsets \(damaged.lowerBound) to \(damaged.upperBound) (exclusive) are"
            + " damaged: \(failure.message)"
        guard request.skipsDamaged else {
            throw CommandFailure.failed("\(sentence); --skip-damaged goes on behind them")
        }
        messages.error(sentence)
        partitions[number].next = damaged.upperBound
    }
}
