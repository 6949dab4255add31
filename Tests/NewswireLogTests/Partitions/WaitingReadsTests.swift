import NewswireLog
import NewswireTesting
import Testing

struct WaitingReadsTests {
    @Test func `those before the end are completed, once, and no others`() {
        let reads = WaitingReads()
        let waiters = (0..<5).map { _ in RecordingReadWaiter() }
        for (number, waiter) in waiters.enumerated() {
            _ = reads.add(waiter, for: Offset(Int64(number)))
        }
        reads.complete(upTo: .zero)
        #expect(waiters.allSatisfy { $0.all.isEmpty })
        reads.complete(upTo: Offset(3))
        reads.complete(upTo: Offset(3))
        #expect(waiters.map(\.all.count) == [1, 1, 1, 0, 0])
        #expect(waiters[0].all.allSatisfy { $0 == nil })
        reads.fail(.closed)
        reads.fail(.closed)
        #expect(waiters.map(\.all.count) == [1, 1, 1, 1, 1])
        #expect(waiters[4].all.allSatisfy { $0 != nil })
    }

    @Test func `a waiter that was taken back is not completed`() {
        let reads = WaitingReads()
        let (first, second) = (RecordingReadWaiter(), RecordingReadWaiter())
        let ticket = reads.add(first, for: .zero)
        _ = reads.add(second, for: .zero)
        #expect(reads.remove(ticket))
        #expect(!reads.remove(ticket))
        reads.complete(upTo: Offset(1))
        #expect(first.all.isEmpty && second.all.count == 1)
    }

    @Test func `a waiter may wait again while it is completed`() {
        final class Again: ReadWaiter {
            let reads: WaitingReads
            let next = RecordingReadWaiter()
            init(_ reads: WaitingReads) { self.reads = reads }
            func complete(_ failure: LogFailure?) { _ = reads.add(next, for: Offset(9)) }
        }
        let reads = WaitingReads()
        let again = Again(reads)
        _ = reads.add(again, for: .zero)
        reads.complete(upTo: Offset(1))
        #expect(again.next.all.isEmpty)
        reads.complete(upTo: Offset(10))
        #expect(again.next.all.count == 1)
    }

    // MARK: Of a log

    @Test(arguments: [Durability.synced, .written])
    func `a wait ends when the record can be read`(level: Durability) throws {
        let store = LogStore(on: SimulatedFileSystem())
        let log = try store.open { $0.durability = level }
        let waiter = RecordingReadWaiter()
        #expect(log.wait(for: .zero, waiter) != nil)
        #expect(waiter.all.isEmpty)
        try log.appendLater(0)
        #expect(waiter.all.count == (level == .synced ? 0 : 1))
        store.directory?.runMaintenance()
        #expect(waiter.all.count == 1)
        #expect(try log.values() == recordTexts(0..<1))
    }

    @Test func `no wait begins for what can be read already`() throws {
        let store = LogStore(on: SimulatedFileSystem())
        let log = try store.open()
        try log.append(0)
        let waiter = RecordingReadWaiter()
        #expect(log.wait(for: .zero, waiter) == nil)
        #expect(waiter.all.isEmpty)
        let ticket = try #require(log.wait(for: Offset(1), waiter))
        #expect(log.cancelWait(ticket))
        #expect(!log.cancelWait(ticket))
        try log.append(1)
        #expect(waiter.all.isEmpty)
    }
}
