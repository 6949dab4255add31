import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// Appenders, readers, rolls, retention and changes of level on the same partition.
struct PartitionConcurrencyTests {
    static let appenderCount = 3
    static let appendsEach = 250

    // MARK: What threads do

    /// What appender number `appender` appends as its `number`th record.
    private static func value(_ appender: Int, _ number: Int) -> [UInt8] {
        [UInt8]("\(appender) \(number) ".utf8)
            + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 90)
    }

    private static func append(_ appender: Int, to log: PartitionLog) throws {
        var number = 0
        while number < appendsEach {
            let count = 1 + number % 3
            let level = Durability.allCases[(number / 7 + appender) % 4]
            // Waiting for the disk each time would leave no room for anything else.
            let asked: Durability? = level == .synced && number % 5 != 0 ? .written : level
            let first = number
            try log.append(durability: asked) { batch in
                for next in 0..<count {
                    batch.append(key: nil, value: value(appender, first + next))
                }
            }
            number += count
        }
    }

    /// Reads the log from its start to its end until `isOver`, and once more.
    private static func read(
        _ log: PartitionLog, maxBytes: Int, until isOver: @escaping @Sendable () -> Bool
    ) throws {
        while true {
            let wasOver = isOver()
            try readOnce(log, maxBytes: maxBytes)
            if wasOver { return }
        }
    }

    /// What is read has to be what each appender appended, in its order, offsets dense.
    private static func readOnce(_ log: PartitionLog, maxBytes: Int) throws {
        var last = [Int: Int]()
        var next = log.offsets.logStartOffset
        while true {
            let slice: FetchedSlice
            do throws(LogFailure) {
                slice = try log.read(from: next, maxBytes: maxBytes)
            } catch {
                // What was trimmed meanwhile; the log goes on at its start.
                guard case .offsetOutOfRange(_, _, let valid) = error, valid.lowerBound > next
                else { throw error }
                next = valid.lowerBound
                last = [:]
                continue
            }
            if slice.isEmpty { return }
            try check(slice, from: next, &last)
            next = slice.nextOffset
        }
    }

    private static func check(
        _ slice: FetchedSlice, from offset: Offset, _ last: inout [Int: Int]
    ) throws {
        var expected = offset
        var records = slice.records()
        while let record = try records.next() {
            let found = record.offset
            try #require(found == expected)
            expected = expected + 1
            guard let value = record.value else { continue }
            let fields = String(decoding: [UInt8](copying: value).prefix(20), as: UTF8.self)
                .split(separator: " ")
            let appender = try #require(Int(fields[0]))
            let number = try #require(Int(fields[1]))
            if let before = last[appender] { try #require(number == before + 1) }
            last[appender] = number
        }
        try #require(expected == slice.nextOffset)
    }

    /// Begins the appenders; `done` counts those that have ended.
    private static func addAppenders(
        to crew: ThreadCrew, _ log: PartitionLog, _ done: Countdown
    ) throws {
        for appender in 0..<appenderCount {
            try crew.add {
                defer { done.count() }
                try append(appender, to: log)
            }
        }
    }

    /// Says when all appenders have ended.
    final class Countdown: Sendable {
        private let ended = Atomic(0)

        func count() { ended.add(1, ordering: .releasing) }

        var isOver: Bool {
            ended.load(ordering: .acquiring) == PartitionConcurrencyTests.appenderCount
        }
    }

    // MARK: One partition

    @Test(arguments: Durability.allCases)
    func `readers see what appenders append, in order`(at level: Durability) throws {
        let store = try LogStore()
        let log = try store.open {
            $0.durability = level
            $0.segmentBytes = 4000
            $0.indexIntervalBytes = 200
        }
        let (crew, done) = (ThreadCrew(), Countdown())
        try Self.addAppenders(to: crew, log, done)
        for maxBytes in [1, 5000] {
            try crew.add { try Self.read(log, maxBytes: maxBytes) { done.isOver } }
        }
        crew.join()
        try log.synchronize()
        let end = log.offsets.highWatermark
        #expect(end == log.offsets.logEndOffset)
        #expect(end.value >= Int64(Self.appenderCount * Self.appendsEach))
        #expect(log.storage.segmentCount > 10)
        try Self.readOnce(log, maxBytes: 1 << 20)
        try store.close()
        let again = try store.open { $0.durability = level }
        #expect(again.offsets.highWatermark == end)
        try Self.readOnce(again, maxBytes: 1 << 20)
        try store.close()
    }

    @Test func `trims, changes of level and maintenance take nothing that was not asked`() throws {
        // Found: a slice reached past the end that readers see, and reading on was out of range;
        // ended segments stayed out of reach when the level changed during their sync; two removers
        // took segments of each other's.
        let store = try LogStore()
        let log = try store.open {
            $0.segmentBytes = 3000
            $0.indexIntervalBytes = 0
        }
        let directory = try #require(store.directory)
        let (crew, done) = (ThreadCrew(), Countdown())
        try Self.addAppenders(to: crew, log, done)
        try crew.add { try Self.read(log, maxBytes: 3000) { done.isOver } }
        try crew.add {
            while !done.isOver {
                let offsets = log.offsets
                let middle = (offsets.logStartOffset.value + offsets.highWatermark.value) / 2
                try log.trim(before: Offset(middle))
                directory.runMaintenance()
            }
        }
        try crew.add {
            var configuration = log.configuration
            for level in Durability.allCases + Durability.allCases {
                configuration.durability = level
                try log.alter(configuration)
            }
        }
        try crew.add {
            while !done.isOver { _ = try log.firstOffset(at: Timestamp(milliseconds: 1)) }
        }
        crew.join()
        let (start, end) = (log.offsets.logStartOffset, log.offsets.logEndOffset)
        try store.close()
        let again = try store.open()
        #expect(again.offsets.logStartOffset == start)
        #expect(again.offsets.logEndOffset == end)
        try Self.readOnce(again, maxBytes: 1 << 20)
        try store.close()
    }

    @Test func `whoever waits for a record gets it`() throws {
        let store = try LogStore()
        let log = try store.open { $0.segmentBytes = 4000 }
        let total = 400
        let crew = ThreadCrew()
        for _ in 0..<3 {
            try crew.add {
                var next = Offset.zero
                while next < Offset(Int64(total)) {
                    let slice = try log.read(from: next)
                    next = slice.nextOffset
                    guard slice.isEmpty else { continue }
                    let waiter = RecordingReadWaiter()
                    if log.wait(for: next, waiter) != nil { waiter.wait() }
                }
            }
        }
        // Some take their wait back: they are completed or not, never both.
        try crew.add {
            for number in 0..<200 {
                let waiter = RecordingReadWaiter()
                let offset = Offset(Int64(number * 2))
                guard let ticket = log.wait(for: offset, waiter) else { continue }
                let wasTaken = log.cancelWait(ticket)
                if !wasTaken { waiter.wait() }
                try #require(waiter.all.count == (wasTaken ? 0 : 1))
            }
        }
        try crew.add {
            for number in 0..<total {
                if number % 3 == 0 { try log.append(number) } else { try log.appendLater(number) }
            }
        }
        crew.join()
        #expect(try log.values() == recordTexts(0..<total))
        try store.close()
    }

    // MARK: The end

    @Test(arguments: 1...4)
    func `what was acknowledged before a close is there after it`(round: Int) throws {
        let store = try LogStore()
        let log = try store.open { $0.segmentBytes = 2000 }
        let crew = ThreadCrew()
        let acknowledged = Atomic(0)
        for _ in 0..<3 {
            try crew.add {
                try Self.untilClosed { () throws(LogFailure) in
                    try log.append { $0.append(key: nil, value: [1]) }
                    acknowledged.add(1, ordering: .relaxed)
                }
            }
        }
        try crew.add {
            try Self.untilClosed { () throws(LogFailure) in _ = try log.read(from: .zero) }
        }
        while acknowledged.load(ordering: .relaxed) < 20 * round {}
        try store.close()
        crew.join()
        let count = acknowledged.load(ordering: .relaxed)
        let again = try store.open()
        #expect(store.report.wasClean)
        #expect(again.offsets.highWatermark.value >= Int64(count))
        try store.close()
    }

    /// Repeats `body` until the log is closed, or its partition deleted.
    private static func untilClosed(_ body: () throws(LogFailure) -> Void) throws {
        do throws(LogFailure) {
            while true { try body() }
        } catch {
            switch error {
            case .closed, .deleted: return
            default: throw error
            }
        }
    }

    @Test func `a partition is deleted under those who use it`() throws {
        let store = try LogStore()
        var log = try store.open { $0.segmentBytes = 2000 }
        let directory = try #require(store.directory)
        for round in UInt8(0)..<10 {
            let crew = ThreadCrew()
            let used = log
            for level in [Durability.written, .synced] {
                try crew.add { try Self.appendUntilDeleted(round, to: used, at: level) }
            }
            try crew.add { try Self.readUntilDeleted(used, expecting: round) }
            while used.offsets.highWatermark < Offset(20) {}
            try directory.deletePartition(LogStore.partition)
            let topicID = TopicID(high: 7, low: UInt64(round))
            log = try store.open(
                LogStore.partition,
                PartitionIdentity(id: Int64(100) + Int64(round), topicID: topicID)
            ) { $0.segmentBytes = 2000 }
            #expect(log.offsets.logEndOffset == .zero)
            crew.join()
        }
        try store.close()
    }

    private static func appendUntilDeleted(
        _ byte: UInt8, to log: PartitionLog, at level: Durability
    ) throws {
        try untilClosed { () throws(LogFailure) in
            try log.append(durability: level) { $0.append(key: nil, value: [byte]) }
        }
    }

    private static func readUntilDeleted(_ log: PartitionLog, expecting byte: UInt8) throws {
        try untilClosed { () throws(LogFailure) in try expectOnly(byte, log) }
    }

    private static func expectOnly(_ byte: UInt8, _ log: PartitionLog) throws(LogFailure) {
        let slice = try log.read(from: .zero, maxBytes: 500)
        var records = slice.records()
        while let record = try records.next() {
            guard let value = record.value else { continue }
            let bytes = [UInt8](copying: value)
            #expect(bytes == [byte])
        }
    }
}
