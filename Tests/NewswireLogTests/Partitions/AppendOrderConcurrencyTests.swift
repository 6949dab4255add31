import NewswireLog
import NewswireTesting
import Synchronization
import Testing

@Suite struct AppendOrderConcurrencyTests {
    /// Notes what it hears, in the order of hearing.
    private final class Heard: Sendable {
        let offsets = Mutex<[Offset]>([])
        let isComplete = Gate()
        let expected: Int

        init(expecting expected: Int) { self.expected = expected }
    }

    private final class Waiter: AppendWaiter {
        let heard: Heard
        init(_ heard: Heard) { self.heard = heard }

        func complete(_ outcome: Result<AppendedBatch, LogFailure>) {
            guard case .success(let batch) = outcome else { return }
            let count = heard.offsets.withLock { offsets in
                offsets.append(batch.baseOffset)
                return offsets.count
            }
            if count == heard.expected { heard.isComplete.open() }
        }
    }

    // A producer that was killed had printed acknowledgements under the wrong offsets: those who
    // waited for one sync were completed in any order, and two rounds could overtake each other.
    @Test(arguments: [Durability.synced, .written])
    func `waiters of a partition are completed in the order of their appends`(
        at level: Durability
    ) throws {
        let store = try LogStore()
        let log = try store.open { $0.durability = level }
        let heard = Heard(expecting: 4000)
        // Blocking appends of another thread lead rounds of their own in between.
        let blocking = try Thread.start(name: "blocking") {
            for _ in 0..<50 { Self.appendBlocking(to: log) }
        }
        var batch = RecordBatchBuilder()
        for _ in 0..<heard.expected {
            batch.append(key: nil, value: [UInt8]("a".utf8), timestamp: Timestamp(milliseconds: 1))
            _ = try log.append(&batch, waiter: Waiter(heard))
            batch.reset()
        }
        blocking.join()
        #expect(heard.isComplete.wait(until: SystemTimeSource().instant() + .seconds(60)))
        let offsets = heard.offsets.withLock { $0 }
        #expect(offsets.elementsEqual(offsets.sorted()))
        try store.close()
    }

    private static func appendBlocking(to log: PartitionLog) {
        do throws(LogFailure) {
            try log.append { $0.append(key: nil, value: [UInt8]("b".utf8)) }
        } catch { Issue.record(error) }
    }
}
