import Newswire
import NewswireLog

/// Appends the lines of an input to a topic.
final class Production {
    /// How much longer than a record its line of JSON may be: every byte escaped, and names.
    private static let lineFactor = 8
    private static let lineByteCountLeast = 1 << 20

    private let request: ProduceRequest
    private let topic: Topic
    private let producer: Producer
    private let ledger: ProduceLedger
    private let stop: StopSignal
    private let messages: Messages
    private let time: any TimeSource
    private let start: Instant
    private let reader: RecordLineReader
    private var malformedCount: Int64 = 0
    private var progress: Progress?

    init(
        _ request: ProduceRequest, of engine: StreamEngine, for invocation: Invocation,
        stop: StopSignal
    ) throws {
        self.request = request
        self.stop = stop
        messages = invocation.messages
        time = invocation.time
        start = time.instant()
        topic = try engine.topic(request.topic)
        guard !topic.isInternal else {
            throw CommandFailure.failed(
                "\(topic.name) is a topic of the engine (its name begins with __): it can be read,"
                    + " not changed")
        }
        if let partition = request.partition { _ = try topic.partition(partition) }
        let ledger = ProduceLedger(
            invocation, printsAcknowledgements: request.printsAcknowledgements, stop: stop)
        var configuration = request.configuration
        configuration.onDelivery = { ledger.note($0) }
        self.ledger = ledger
        producer = engine.makeProducer(configuration)
        reader = RecordLineReader(topic: topic.name)
    }

    // MARK: Reading

    /// Reads lines to the end of the input, or until something says to stop.
    func read(_ input: InputDescriptor) throws {
        if let total = try input.byteCount() {
            progress = Progress("producing", total: Int64(total), messages: messages)
        }
        let recordByteCountMax = topic.configuration.maxMessageBytes
        var splitter = LineSplitter(
            byteCountMax: max(Self.lineByteCountLeast, Self.lineFactor * recordByteCountMax))
        while try waitForInput(input) {
            guard try splitter.read(from: input) else {
                if let line = splitter.last() { _ = try take(line, of: splitter) }
                return
            }
            while let line = splitter.next() {
                guard try take(line, of: splitter), stop.number == nil else { return }
            }
            progress?.update(done: splitter.readByteCount)
        }
    }

    /// False when it is time to stop.
    private func waitForInput(_ input: InputDescriptor) throws -> Bool {
        // Who types a line sees at once whether it was stored.
        if input.isTerminal { try flush() }
        return try input.wait(orStop: stop) && !ledger.hasFailed
    }

    /// Takes a line; false when no more are to be taken.
    private func take(_ line: LineSplitter.Line, of splitter: LineSplitter) throws -> Bool {
        guard !ledger.hasFailed else { return false }
        let number: Int
        do throws(MalformedLine) {
            switch line {
            case .tooLong(let lineNumber):
                number = lineNumber
                throw MalformedLine("it is longer than \(splitter.byteCountMax) bytes")
            case .line(let lineNumber, let range):
                number = lineNumber
                switch request.input {
                case .lines: try takePlain(splitter.bytes(range), number)
                case .jsonl: try takeRecord(splitter.bytes(range), number)
                }
            }
            return true
        } catch {
            report(error, number)
            return !request.isStrict
        }
    }

    private func report(_ malformed: MalformedLine, _ number: Int) {
        progress?.finish()
        malformedCount += 1
        messages.error("line \(number): \(malformed.reason)")
    }

    private func takePlain(_ line: RawSpan, _ number: Int) throws(MalformedLine) {
        let attributes = RecordAttributes(partition: request.partition)
        guard let separator = request.keySeparator else {
            return try enqueue(nil, line, attributes, number)
        }
        guard let place = line.firstRange(of: separator) else {
            throw MalformedLine("the key separator is missing")
        }
        try enqueue(
            line.extracting(0..<place.lowerBound), line.extracting(droppingFirst: place.upperBound),
            attributes, number)
    }

    private func takeRecord(_ line: RawSpan, _ number: Int) throws(MalformedLine) {
        let record = try reader.record(in: line)
        if let partition = record.partition, partition >= topic.partitionCount {
            throw MalformedLine(
                "'partition' is \(partition), and \(topic.name) has partitions 0 to"
                    + " \(topic.partitionCount - 1)")
        }
        var headers = RecordHeaders()
        for header in record.headers {
            headers.append(name: header.name.rawSpan, value: header.value?.rawSpan)
        }
        let attributes = RecordAttributes(
            headers: headers, timestamp: record.timestamp,
            partition: request.partition ?? record.partition)
        try enqueue(record.key?.rawSpan, record.value?.rawSpan, attributes, number)
    }

    /// Hands a record to the producer, which may wait for room.
    ///
    /// - Throws: when the record is too large; any other failure is the ledger's.
    private func enqueue(
        _ key: RawSpan?, _ value: RawSpan?, _ attributes: RecordAttributes, _ number: Int
    ) throws(MalformedLine) {
        do throws(NewswireError) {
            let byteCount = (key?.byteCount ?? 0) + (value?.byteCount ?? 0)
            let enqueued = try producer.enqueue(
                key: key, value: value, with: attributes, to: topic)
            ledger.note(enqueued, line: number, byteCount: byteCount)
        } catch {
            guard error.code == .messageTooLarge else { return ledger.fail(error) }
            throw MalformedLine(error.message)
        }
    }

    // MARK: Ending

    private func flush() throws {
        do throws(NewswireError) {
            try producer.flush()
        } catch {
            ledger.fail(error)
        }
    }

    /// Waits for the acknowledgements of what was read, and says how it went.
    func finish() -> ExitCode {
        progress?.finish()
        do throws(NewswireError) {
            try producer.close()
        } catch {
            ledger.fail(error)
        }
        let level = request.configuration.durability ?? topic.configuration.durability
        messages.note(
            ledger.summary(
                elapsed: .nanoseconds(time.instant().nanoseconds - start.nanoseconds),
                level: level, malformedCount: malformedCount))
        if ledger.hasFailed || ledger.hasLostOutput { return .failed }
        if let number = stop.number { return .signal(number) }
        return malformedCount > 0 ? .failed : .fine
    }
}

extension RawSpan {
    /// Where `bytes` stand for the first time; nil when they do not.
    fileprivate func firstRange(of bytes: [UInt8]) -> Range<Int>? {
        guard let first = bytes.first, byteCount >= bytes.count else { return nil }
        for start in 0...byteCount - bytes.count
        where bigEndian(UInt8.self, at: start) == first {
            let range = start..<start + bytes.count
            if extracting(range).hasSameBytes(as: bytes.rawSpan) { return range }
        }
        return nil
    }
}
