import Newswire
import Testing

struct NewswireErrorTests {
    static let partition = TopicPartition("orders", 2)
    static let full = IOFailure(.write, "/data/x.log", errorNumber: 28)
    static let broken = IOFailure(.synchronize, "/data/x.log", errorNumber: 5)

    @Test(arguments: [
        (LogFailure.closed, NewswireError.Code.closed), (.timedOut, .timedOut),
        (.deleted(partition), .deleted), (.readOnly(path: "/data"), .readOnly),
        (.locked(path: "/data", holder: "process 1"), .locked),
        (.notADirectory(path: "/data"), .notNewswireDirectory),
        (.format(path: "/f", .tooNew(version: 9, newest: 1)), .tooNew),
        (.format(path: "/f", .tooOld(version: 0, oldest: 1)), .tooOld),
        (.format(path: "/f", .damaged("short")), .corrupt),
        (.messageTooLarge(partition, byteCount: 9, limit: 5), .messageTooLarge),
        (.batchTooLargeForSegment(partition, byteCount: 9, limit: 5), .batchTooLarge),
        (.invalidBatch(partition, .badMagic(1)), .invalidRecord),
        (.inputOutput(partition, broken), .inputOutput), (.inputOutput(nil, full), .diskFull),
        (.inputOutput(nil, IOFailure(.open, "/x", errorNumber: 24)), .outOfDescriptors),
        (.stopped(partition, broken), .stopped),
    ])
    func `each failure of the log has a code`(failure: LogFailure, code: NewswireError.Code) {
        let error = NewswireError(failure)
        #expect(error.code == code)
        #expect(error.cause is LogFailure)
        #expect(error.description.hasPrefix("\(code): "))
        #expect(!error.message.isEmpty && !error.message.hasSuffix("."))
    }

    @Test func `what may succeed later says so`() {
        let retriable: [NewswireError.Code] = [
            .diskFull, .outOfDescriptors, .locked, .timedOut, .bufferFull,
        ]
        let final: [NewswireError.Code] = [
            .corrupt, .stopped, .closed, .deleted, .unknownTopic, .offsetOutOfRange, .inputOutput,
        ]
        #expect(retriable.allSatisfy { $0.isRetriable })
        #expect(final.allSatisfy { !$0.isRetriable })
        #expect(NewswireError(.bufferFull, "full").isRetriable)
    }

    @Test func `damage is told with its place`() {
        let source = BatchSource(partition: Self.partition, path: "/data/x.log")
        let error = NewswireError(
            .corrupt(source, at: FilePosition(77), offset: Offset(5), .badMagic(1)))
        #expect(error.topic == "orders")
        #expect(error.partition == 2)
        #expect(error.offset == Offset(5))
        #expect(error.file == "/data/x.log")
        #expect(error.position == FilePosition(77))
    }

    @Test func `an offset out of range is told with what can be read`() {
        let valid = Offset(3)...Offset(9)
        let error = NewswireError(.offsetOutOfRange(Self.partition, Offset(1), valid: valid))
        #expect(error.offset == Offset(1))
        #expect(error.validOffsets == valid)
    }
}
