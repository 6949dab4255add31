import Foundation
import Newswire
import NewswireLog
import NewswireTesting
import Synchronization

/// A process that appends at all levels, from threads and tasks, until it is ended by force.
///
/// It runs in a process of its own, and never returns. Each topic is called as its level.
struct DoomedWriter: Codable, Sendable {
    /// How it ends.
    enum End: Codable, Sendable {
        /// As by `kill -9`.
        case kill
        /// The file system at this path stops first.
        case powerLoss(mount: String)
    }

    var data: String
    /// Where it says what was acknowledged: outside of what loses its power.
    var report: String
    var end: End
    var seed: UInt64
    var life: Int
    var partitionsPerTopic: Int
    var threadCount: Int
    var taskCount: Int

    static let levels: [Durability] = [.synced, .interval, .written, .none]

    /// Writes until the end that the seed chose.
    func run() async throws {
        let journal = try AcknowledgementJournal(
            report, isWrittenAtOnce: end.isKill)
        var random = SeededRandom(seed: seed)
        let doom = try Doom(of: self, journal, &random)
        // One in six ends while it opens what the one before it left.
        if Int.random(in: 0..<6, using: &random) == 0 {
            journal.endWhenSaid(count: 0)
        } else {
            journal.endWhenSaid(count: Int.random(in: 1..<400, using: &random))
        }
        do {
            try await Writers(self, journal, doom).run()
        } catch {
            doom.excuse(error)
        }
        // All that is left to do is to wait for the end.
        doom.waitForEver()
    }
}

extension DoomedWriter.End {
    fileprivate var isKill: Bool {
        if case .kill = self { true } else { false }
    }
}

/// Ends a process whose test has failed; a release build says why in no other way.
private func endInFailure(_ sentence: String) -> Never {
    FileHandle.standardError.write(Data("\(sentence)\n".utf8))
    preconditionFailure(sentence)
}

/// Collects what is said, in the order in which it is said.
final class AcknowledgementJournal: Sendable {
    private let state: Mutex<State>
    private let file: any File
    private let isWrittenAtOnce: Bool
    /// Opens when as much was said as the process may say.
    let lastWord = Gate()

    private struct State {
        var said: [UInt8] = []
        var end = FilePosition.start
        var rest = Int.max
    }

    /// A kill takes the memory of the process, but not what it wrote; a loss of power is noted by
    /// the process itself, which then writes what was said before.
    init(_ path: String, isWrittenAtOnce: Bool) throws {
        file = try PosixFileSystem().openFile(path, .createOrOpen)
        self.isWrittenAtOnce = isWrittenAtOnce
        state = Mutex(State())
    }

    func endWhenSaid(count: Int) {
        state.withLock { $0.rest = count }
        if count == 0 { lastWord.open() }
    }

    /// Notes what was said to one who wrote, which counts when it waited for the disk, or what was
    /// shown to one who reads.
    func note(_ acknowledgement: Acknowledgement, isRead: Bool = false) throws {
        let line = Array(acknowledgement.line.utf8)
        let isLast = try state.withLock { state in
            if isWrittenAtOnce {
                try file.write(line.rawSpan, at: state.end)
                state.end = state.end + line.count
            } else {
                state.said += line
            }
            guard acknowledgement.promise == .synced, !isRead else { return false }
            state.rest -= 1
            return state.rest == 0
        }
        if isLast { lastWord.open() }
    }

    /// What was said until now.
    func saidSoFar() -> [UInt8] { state.withLock { $0.said } }

    func write(_ bytes: [UInt8]) throws { try file.write(bytes.rawSpan, at: .start) }
}

/// The thread that ends the process.
private final class Doom: Sendable {
    private let isBegun = Atomic(false)
    private let never = Gate()

    init(
        of writer: DoomedWriter, _ journal: AcknowledgementJournal, _ random: inout SeededRandom
    ) throws {
        // Between two words as well as right behind one.
        let delay = Duration.microseconds(Int.random(in: 0..<4000, using: &random))
        let fate = PowerSwitch.Journal.allCases.randomElement(using: &random) ?? .lost
        var power: PowerSwitch?
        if case .powerLoss(let mount) = writer.end { power = try PowerSwitch(at: mount) }
        _ = try Thread.start(name: "doom") { [self, power] in
            _ = journal.lastWord.wait(until: nil)
            _ = Gate().wait(until: SystemTimeSource().instant() + delay)
            isBegun.store(true, ordering: .sequentiallyConsistent)
            do {
                if let power {
                    // A sync that is under way may still return well, and for nothing.
                    let said = journal.saidSoFar()
                    try power.cut(fate)
                    try journal.write(said)
                }
            } catch { endInFailure("the power cannot be cut: \(error)") }
            endThisProcessAtOnce()
        }
    }

    /// Without power there is no engine; any other failure is one of the test.
    func excuse(_ error: any Error) {
        guard isBegun.load(ordering: .sequentiallyConsistent) else {
            endInFailure("a failure before the end: \(error)")
        }
    }

    func waitForEver() { while !never.wait(until: nil) {} }
}

/// The threads and tasks that append, and one that reads.
private final class Writers: Sendable {
    private let plan: DoomedWriter
    private let engine: StreamEngine
    private let journal: AcknowledgementJournal
    private let doom: Doom
    private let partitions: [Partition]

    init(
        _ plan: DoomedWriter, _ journal: AcknowledgementJournal, _ doom: Doom
    ) throws {
        self.doom = doom
        self.plan = plan
        self.journal = journal
        engine = try StreamEngine.open(at: plan.data)
        var partitions: [Partition] = []
        for level in DoomedWriter.levels {
            partitions += try Self.topic(of: level, plan, engine).partitions
        }
        self.partitions = partitions
    }

    private static func topic(
        of level: Durability, _ plan: DoomedWriter, _ engine: StreamEngine
    ) throws -> Topic {
        if let topic = engine.topics.first(where: { $0.name == level.rawValue }) { return topic }
        var configuration = TopicConfiguration(
            partitions: plan.partitionsPerTopic, durability: level)
        configuration.segmentBytes = 400_000
        configuration.flushInterval = .milliseconds(5)
        return try engine.createTopic(level.rawValue, configuration)
    }

    /// Readers of a synced topic are promised that what they see stays.
    private func startReader() throws {
        let consumer = try engine.makeConsumer(topics: [Durability.synced.rawValue])
        try start("reader") { [self] in
            while let batch = try consumer.next(waitingUpTo: nil) { try note(batch) }
        }
    }

    private func note(_ batch: ConsumedBatch) throws {
        var records = batch.records()
        var last: (offset: Offset, record: DoomedRecord)?
        while let record = try records.next() {
            guard let value = record.value, let read = DoomedRecord(text(value)) else {
                endInFailure(
                    "a reader saw what nobody wrote at \(batch.partition) \(record.offset)")
            }
            last = (record.offset, read)
        }
        guard let last else { return }
        let seen = Acknowledgement(
            batch.partition, baseOffset: last.offset, first: last.record, count: 1,
            promise: .synced)
        try journal.note(seen, isRead: true)
    }

    func run() async throws {
        try startReader()
        for number in 0..<plan.threadCount {
            try start("writer") { [self] in
                var writer = Writer(number, plan)
                while true { try append(as: &writer) }
            }
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<plan.taskCount {
                group.addTask { [self] in try await send(as: plan.threadCount + number) }
            }
            try await group.waitForAll()
        }
    }

    /// Starts a thread, which nobody joins: it ends with the process.
    private func start(_ name: String, _ body: @escaping @Sendable () throws -> Void) throws {
        _ = try Thread.start(name: name) { [doom] in
            do { try body() } catch { doom.excuse(error) }
        }
    }

    private func append(as writer: inout Writer) throws {
        if let step = writer.nextAtomicStep(partitions) {
            let batches = try engine.append(to: step.parts.map(\.records))
            return try writer.done(step, batches, journal)
        }
        let step = writer.nextStep(partitions)
        let batch = try step.partition.append(durability: step.asked) { step.fill(&$0) }
        try writer.done(step, batch, journal)
    }

    private func send(as number: Int) async throws {
        var writer = Writer(number, plan)
        while true {
            if let step = writer.nextAtomicStep(partitions) {
                let batches = try await engine.append(to: step.parts.map(\.records))
                try writer.done(step, batches, journal)
                continue
            }
            let step = writer.nextStep(partitions)
            let batch = try await step.partition.send(durability: step.asked) { step.fill(&$0) }
            try writer.done(step, batch, journal)
        }
    }
}

/// What one writer appends next.
private struct Step {
    let partition: Partition
    let asked: Durability?
    let first: DoomedRecord
    let count: Int

    func fill(_ batch: inout RecordBatchBuilder) {
        for number in first.number..<(first.number + count) {
            let record = DoomedRecord(life: first.life, writer: first.writer, number: number)
            batch.append(key: nil, value: Array(record.value.utf8))
        }
    }

    /// The level of the topic, or what was asked for instead.
    var promise: Durability {
        asked ?? Durability(rawValue: partition.topicPartition.topic) ?? .none
    }
}

/// What one writer appends to several partitions at once.
private struct AtomicStep {
    struct Part {
        let partition: Partition
        let first: DoomedRecord
        let count: Int
        let group: DoomedGroup

        var records: StreamEngine.PartitionRecords {
            let records = (first.number..<(first.number + count)).map { number in
                let record = DoomedRecord(life: first.life, writer: first.writer, number: number)
                return Record(key: Array(group.key.utf8), value: Array(record.value.utf8))
            }
            return StreamEngine.PartitionRecords(partition, records)
        }
    }

    let parts: [Part]
}

/// One thread or task and how far it is.
private struct Writer {
    private let number: Int
    private let life: Int
    private var random: SeededRandom
    private var counts: [TopicPartition: Int] = [:]
    private var groupCount = 0

    init(_ number: Int, _ plan: DoomedWriter) {
        self.number = number
        life = plan.life
        random = SeededRandom(seed: plan.seed &* 1000 &+ UInt64(number))
    }

    mutating func nextStep(_ partitions: [Partition]) -> Step {
        let partition = partitions[Int.random(in: 0..<partitions.count, using: &random)]
        // Some ask for more than the topic's level, and some of them for less.
        let asks: [Durability] = [.synced, .written]
        let asked =
            Int.random(in: 0..<10, using: &random) == 0 ? asks.randomElement(using: &random) : nil
        return Step(
            partition: partition, asked: asked,
            first: DoomedRecord(
                life: life, writer: number, number: counts[partition.topicPartition, default: 0]),
            count: Int.random(in: 1...3, using: &random))
    }

    /// One in five is an atomic append to up to four partitions.
    mutating func nextAtomicStep(_ partitions: [Partition]) -> AtomicStep? {
        guard Int.random(in: 0..<5, using: &random) == 0 else { return nil }
        let synced = partitions.filter {
            $0.topicPartition.topic == Durability.synced.rawValue
        }
        let chosen = synced.shuffled(using: &random)
            .prefix(Int.random(in: 2...4, using: &random))
        let sizes = chosen.map { _ in Int.random(in: 1...2, using: &random) }
        let group = DoomedGroup(
            life: life, writer: number, number: groupCount, recordCount: sizes.reduce(0, +))
        groupCount += 1
        return AtomicStep(
            parts: zip(chosen, sizes).map { partition, count in
                let first = DoomedRecord(
                    life: life, writer: number,
                    number: counts[partition.topicPartition, default: 0])
                return AtomicStep.Part(
                    partition: partition, first: first, count: count, group: group)
            })
    }

    mutating func done(
        _ step: AtomicStep, _ batches: [AppendedBatch], _ journal: AcknowledgementJournal
    ) throws {
        for (part, batch) in zip(step.parts, batches) {
            counts[part.partition.topicPartition, default: 0] += part.count
            try journal.note(
                Acknowledgement(
                    part.partition.topicPartition, baseOffset: batch.baseOffset,
                    first: part.first, count: part.count, promise: .synced))
        }
    }

    mutating func done(
        _ step: Step, _ batch: AppendedBatch, _ journal: AcknowledgementJournal
    ) throws {
        counts[step.partition.topicPartition, default: 0] += step.count
        try journal.note(
            Acknowledgement(
                step.partition.topicPartition, baseOffset: batch.baseOffset, first: step.first,
                count: step.count, promise: step.promise))
    }
}
