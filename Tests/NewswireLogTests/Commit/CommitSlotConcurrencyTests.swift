import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// Callers that block and callers that do not, on several partitions with one commit slot.
struct CommitSlotConcurrencyTests {
    private func open(
        _ store: LogStore, partitions: Int, at level: Durability = .synced
    ) throws -> [PartitionLog] {
        _ = try store.open()
        return try (0..<partitions).map { number in
            try store.open(
                TopicPartition("many", number),
                PartitionIdentity(id: Int64(100 + number), topicID: TopicID(high: 9, low: 9))
            ) {
                $0.segmentBytes = 3000
                $0.durability = level
            }
        }
    }

    // MARK: Blocking and not

    @Test func `every append is completed once, by a sync that covers it`() throws {
        let store = try LogStore()
        let logs = try open(store, partitions: 5)
        let crew = ThreadCrew()
        let perThread = 120
        for thread in 0..<4 {
            try crew.add {
                if thread % 2 == 0 {
                    try appendBlocking(perThread, to: logs, from: thread)
                } else {
                    try appendLater(perThread, to: logs, from: thread)
                }
            }
        }
        crew.join()
        let total = logs.reduce(0) { $0 + $1.offsets.highWatermark.value }
        #expect(total == Int64(4 * perThread))
        try store.close()
    }

    private func appendBlocking(_ count: Int, to logs: [PartitionLog], from first: Int) throws {
        for number in 0..<count {
            let log = logs[(first + number) % logs.count]
            let batch = try log.append(number)
            try #require(log.offsets.highWatermark > batch.lastOffset)
        }
    }

    private func appendLater(_ count: Int, to logs: [PartitionLog], from first: Int) throws {
        var waiters: [RecordingAppendWaiter] = []
        for number in 0..<count {
            let log = logs[(first + number) % logs.count]
            let waiter = RecordingAppendWaiter()
            waiters.append(waiter)
            let batch = try log.appendLater(number, waiter)
            // Now and then one waits for what it did not wait for.
            guard number % 10 == 0 else { continue }
            let outcome = try #require(waiter.outcome())
            try #require(try outcome.get() == batch)
            try #require(log.offsets.highWatermark > batch.lastOffset)
        }
        for waiter in waiters { _ = try #require(waiter.outcome()).get() }
        try #require(waiters.allSatisfy { $0.all.count == 1 })
    }

    // MARK: A sync that fails

    @Test func `one partition's failed sync harms no other, and nobody waits for ever`() throws {
        let system = HookedFileSystem()
        let store = try LogStore()
        store.options.fileSystem = system
        let logs = try open(store, partitions: 4, at: .written)
        for log in logs { try log.append(0, at: .synced) }
        system.before { operation, path throws(IOFailure) in
            guard operation == .synchronize, path.contains("many-2") else { return }
            throw IOFailure(.synchronize, path, errorNumber: 5)
        }
        let crew = ThreadCrew()
        for thread in 0..<4 {
            try crew.add {
                for number in 0..<60 {
                    let log = logs[(thread + number) % logs.count]
                    let found = outcome(of: log, blocking: thread % 2 == 0)
                    try check(try #require(found), of: log)
                }
            }
        }
        crew.join()
        system.release()
        #expect(throws: LogFailure.self) { try logs[2].append(1) }
        #expect(throws: LogFailure.self) { try store.close() }
    }

    @Test func `a sync of the commit log that fails stops all, and nobody waits for ever`() throws {
        let system = HookedFileSystem()
        let store = try LogStore()
        store.options.fileSystem = system
        let logs = try open(store, partitions: 4)
        for log in logs { try log.append(0) }
        system.before { operation, path throws(IOFailure) in
            guard operation == .synchronize, path.hasSuffix(".redo") else { return }
            throw IOFailure(.synchronize, path, errorNumber: 5)
        }
        let crew = ThreadCrew()
        for thread in 0..<4 {
            try crew.add {
                for number in 0..<60 {
                    let log = logs[(thread + number) % logs.count]
                    try #require(isStopped(outcome(of: log, blocking: thread % 2 == 0)))
                }
            }
        }
        crew.join()
        system.release()
        for log in logs {
            #expect(log.offsets.highWatermark == Offset(1))
            #expect(try log.values().count == 1)
        }
        #expect(throws: LogFailure.self) { try store.close() }
    }

    private func isStopped(_ outcome: Result<AppendedBatch, LogFailure>?) -> Bool {
        if case .failure(.stopped)? = outcome { true } else { false }
    }

    /// Appends a record, and waits in one way or the other.
    private func outcome(
        of log: PartitionLog, blocking: Bool
    ) -> Result<AppendedBatch, LogFailure>? {
        do throws(LogFailure) {
            guard !blocking else {
                return .success(
                    try log.append(durability: .synced) { $0.append(key: nil, value: [1]) })
            }
            let waiter = RecordingAppendWaiter()
            var batch = RecordBatchBuilder()
            batch.append(key: nil, value: [1])
            _ = try log.append(&batch, acknowledge: .synced, waiter: waiter)
            return waiter.outcome()
        } catch {
            return .failure(error)
        }
    }

    private func check(
        _ outcome: Result<AppendedBatch, LogFailure>, of log: PartitionLog
    ) throws {
        let isBroken = log.partition.partition == 2
        switch outcome {
        case .success: try #require(!isBroken)
        case .failure(.stopped): try #require(isBroken)
        case .failure(let failure): throw failure
        }
    }

    // MARK: Little of everything

    @Test func `descriptors and maps go round while everybody works`() throws {
        let store = try LogStore()
        store.options.budget = DescriptorBudget(openFilesMax: 8, mapsMax: 24)
        let logs = try open(store, partitions: 30)
        let crew = ThreadCrew()
        let appended = Mutex([Int](repeating: 0, count: logs.count))
        for thread in 0..<3 {
            try crew.add {
                for number in 0..<250 {
                    let place = (thread * 7 + number) % logs.count
                    try appendSome(number, to: logs[place])
                    appended.withLock { $0[place] += 1 }
                }
            }
        }
        for thread in 0..<2 {
            try crew.add {
                for number in 0..<600 { try readSome(logs[(thread * 11 + number) % logs.count]) }
            }
        }
        crew.join()
        for log in logs { try log.synchronize() }
        let counts = appended.withLock { $0 }
        for (log, count) in zip(logs, counts) {
            #expect(log.offsets.highWatermark == Offset(Int64(count)))
        }
        try store.close()
    }

    private func appendSome(_ number: Int, to log: PartitionLog) throws {
        try log.append(durability: Durability.allCases[number % 4]) {
            $0.append(key: nil, value: [UInt8](repeating: 1, count: number % 300))
        }
    }

    private func readSome(_ log: PartitionLog) throws {
        let slice = try log.read(from: log.offsets.logStartOffset, maxBytes: 2000)
        var records = slice.records()
        while try records.next() != nil {}
    }
}
