import NewswireLog
import NewswireTesting
import Testing

/// What an append accepts, refuses and leaves.
struct PartitionAppendTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let store: LogStore

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
    }

    private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

    private func failure(_ body: () throws -> Void) throws -> LogFailure? {
        do {
            try body()
            return nil
        } catch { return error as? LogFailure }
    }

    // MARK: Limits

    @Test func `a batch may have max.message.bytes and no more`() throws {
        let log = try store.open { $0.maxMessageBytes = 1000 }
        // 61 bytes of header, and 9 around the value.
        try log.append { $0.append(key: nil, value: bytes(1000 - 61 - 9)) }
        let refusal = try failure {
            try log.append { $0.append(key: nil, value: bytes(1000 - 61 - 8)) }
        }
        guard case .messageTooLarge(LogStore.partition, 1001, 1000)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(log.offsets.logEndOffset == Offset(1))
    }

    @Test func `a record that is refused takes the whole append along`() throws {
        let log = try store.open { $0.maxMessageBytes = 1000 }
        let refusal = try failure {
            try log.append { batch in
                let accepted = [100, 5000, 100].map { batch.append(key: nil, value: bytes($0)) }
                #expect(accepted == [true, false, true])
            }
        }
        guard case .messageTooLarge(_, let byteCount, 1000)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(byteCount > 5000)
        #expect(log.offsets.logEndOffset == .zero)
        #expect(disk.paths.filter { $0.hasSuffix(".log") } == [])
        // The memory that is used again remembers nothing of it.
        #expect(try log.append(0).recordCount == 1)
        #expect(try log.values() == recordTexts(0..<1))
    }

    @Test func `compressed, the size after compression counts`() throws {
        let log = try store.open {
            $0.maxMessageBytes = 1000
            $0.compression = .gzip
        }
        try log.append { $0.append(key: nil, value: bytes(100_000)) }
        var random = SeededRandom(seed: 3)
        let noise = (0..<2000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let refusal = try failure { try log.append { $0.append(key: nil, value: noise) } }
        guard case .messageTooLarge(_, let byteCount, 1000)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(byteCount > 2000)
        #expect(log.offsets.logEndOffset == Offset(1))
    }

    @Test func `a batch larger than a segment is refused`() throws {
        let log = try store.open {
            $0.segmentBytes = 1024
            $0.maxMessageBytes = 10_000
        }
        let refusal = try failure {
            try log.append { $0.append(key: nil, value: bytes(2000)) }
        }
        guard case .batchTooLargeForSegment(_, let byteCount, 1024)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(byteCount > 2000)
    }

    @Test func `an append without records is refused`() throws {
        let log = try store.open()
        guard case .invalidBatch? = try failure({ try log.append { _ in } }) else {
            Issue.record("an empty batch was accepted")
            return
        }
        #expect(log.offsets.logEndOffset == .zero)
        #expect(try log.read(from: .zero).isEmpty)
    }

    @Test func `a record of 100 MiB is accepted, read back, and its memory given back`() async {
        // What is resident is of the whole process, and of all tests beside.
        await #expect(processExitsWith: .success) {
            let store = try LogStore()
            let log = try store.open {
                $0.maxMessageBytes = 200 << 20
                $0.segmentBytes = 300 << 20
            }
            try log.append(0)
            let value = [UInt8](repeating: 9, count: 100 << 20)
            let before = try ProcessLimits.residentByteCount()
            try log.append { $0.append(key: nil, value: value) }
            try log.append(2)
            #expect(try ProcessLimits.residentByteCount() - before < 32 << 20)
            let slice = try log.read(from: Offset(1), maxBytes: 1)
            var records = slice.records()
            var read: [UInt8]?
            if let record = try records.next(), let found = record.value {
                read = [UInt8](copying: found)
            }
            #expect(read == value)
            #expect(try log.read(from: Offset(2)).values() == ["record 2"])
            try store.close()
            let again = try store.open()
            #expect(try again.read(from: Offset(2)).values() == ["record 2"])
        }
    }

    // MARK: Offsets and timestamps

    @Test func `offsets are dense, whatever the batches`() throws {
        let log = try store.open { $0.segmentBytes = 2000 }
        var next: Int64 = 0
        for count in [1, 3, 1, 20, 5, 2] {
            let batch = try log.append { batch in
                for _ in 0..<count { batch.append(key: nil, value: [1]) }
            }
            #expect(batch.baseOffset == Offset(next))
            #expect(batch.recordCount == count)
            next += Int64(count)
            #expect(log.offsets.logEndOffset == Offset(next))
        }
    }

    @Test func `a record without a timestamp gets the time of the append`() throws {
        let log = try store.open()
        let batch = try log.append { $0.append(key: nil, value: [1]) }
        #expect(batch.logAppendTime == .absent)
        let slice = try log.read(from: .zero)
        var records = slice.records()
        let timestamp = try records.next()?.timestamp
        #expect(timestamp == time.wallClock())
    }

    @Test func `with log append time the log's clock replaces the records'`() throws {
        let log = try store.open { $0.timestampType = .logAppendTime }
        let batch = try log.append {
            $0.append(key: nil, value: [1], timestamp: Timestamp(milliseconds: 5))
        }
        #expect(batch.logAppendTime == time.wallClock())
        let slice = try log.read(from: .zero)
        var records = slice.records()
        let timestamp = try records.next()?.timestamp
        #expect(timestamp == time.wallClock())
    }

    @Test func `keys, headers, nothing and emptiness come back`() throws {
        let log = try store.open()
        var headers = RecordHeaders()
        headers.append(name: "a", value: [1, 2])
        headers.append(name: "b", value: nil)
        try log.append { batch in
            batch.append(key: [1], value: nil, headers: headers)
            batch.append(key: [], value: [])
        }
        let slice = try log.read(from: .zero)
        var records = slice.records()
        var found: [[[UInt8]?]] = []
        while let record = try records.next() {
            found.append([copy(record.key), copy(record.value)])
        }
        #expect(found == [[[1], nil], [[], []]])
    }

    private func copy(_ bytes: RawSpan?) -> [UInt8]? {
        guard let bytes else { return nil }
        return [UInt8](copying: bytes)
    }

    // MARK: Writes that fail

    @Test(arguments: [0, 1, 40, 75], [Durability.none, .written, .interval])
    func `a write that fails is cut back, and the next one takes its place`(
        written: Int, level: Durability
    ) throws {
        let log = try store.open { $0.durability = level }
        try log.append(0)
        let path = "\(store.folder)/00000000000000000000.log"
        let byteCount = try disk.status(of: path)?.byteCount
        var fault = Fault(.write, number: 1, errorNumber: 28)
        fault.writtenByteCount = written
        disk.faults = FaultPlan(fault)
        let refusal = try failure { try log.append(1) }
        guard case .inputOutput(_, let error)? = refusal, error.isDiskFull else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(try disk.status(of: path)?.byteCount == byteCount)
        #expect(try log.values() == recordTexts(0..<1))
        #expect(log.offsets.logEndOffset == Offset(1))
        #expect(try log.append(1).baseOffset == Offset(1))
        #expect(try log.values() == recordTexts(0..<2))
        let image = disk.crash(.killed, seed: 1)
        let other = LogStore(on: image, time: time)
        #expect(try other.open().values() == recordTexts(0..<2))
    }

    @Test func `a committed batch that does not reach its segment is kept until it does`() throws {
        let log = try store.open()
        try log.append(0)
        var fault = Fault(.write, number: 1, errorNumber: 5)
        fault.pathPart = ".log"
        fault.writtenByteCount = 40
        disk.faults = FaultPlan(fault)
        // It is durable, and so it is acknowledged.
        try log.append(1)
        #expect(log.offsets.highWatermark == Offset(1))
        #expect(try failure { try log.append(2) } != nil)
        for profile in CrashProfile.allCases {
            let other = LogStore(on: disk.crash(profile, seed: 1), time: time)
            #expect(try other.open().values() == recordTexts(0..<2))
        }
        time.advance(by: .seconds(2))
        store.directory?.runMaintenance()
        #expect(try log.values() == recordTexts(0..<2))
        try log.append(2)
        #expect(try log.values() == recordTexts(0..<3))
        try store.close()
        #expect(try store.open().values() == recordTexts(0..<3))
        #expect(store.report.wasClean)
    }

    @Test func `what cannot even be cut back is cut before the next append`() throws {
        let log = try store.open { $0.durability = .written }
        try log.append(0)
        var write = Fault(.write, number: 1, errorNumber: 28)
        write.writtenByteCount = 50
        var plan = FaultPlan(write)
        plan.faults.append(Fault(.truncate, number: 1, errorNumber: 5))
        disk.faults = plan
        #expect(throws: LogFailure.self) { try log.append(1) }
        #expect(try log.values() == recordTexts(0..<1))
        try log.append(1)
        try log.append(2)
        #expect(try log.values() == recordTexts(0..<3))
        try store.close()
        #expect(try store.open().values() == recordTexts(0..<3))
        #expect(store.report.wasClean)
    }

    @Test func `no segment ends with the rest of a failed write`() throws {
        // A roll by age left the bytes that could not be cut back behind the segment's end.
        let log = try store.open { $0.durability = .written }
        try log.append(0)
        let path = "\(store.folder)/00000000000000000000.log"
        let byteCount = try disk.status(of: path)?.byteCount
        var write = Fault(.write, number: 1, errorNumber: 28)
        write.writtenByteCount = 50
        var plan = FaultPlan(write)
        plan.faults.append(Fault(.truncate, number: 1, errorNumber: 5))
        disk.faults = plan
        #expect(throws: LogFailure.self) { try log.append(1) }
        var configuration = log.configuration
        configuration.durability = .synced
        try log.alter(configuration)
        #expect(try disk.status(of: path)?.byteCount == byteCount)
    }

    @Test func `on a full disk reads go on, and appends when there is room again`() throws {
        let log = try store.open { $0.segmentBytes = 1024 }
        for number in 0..<30 { try log.append(number) }
        var plan = FaultPlan()
        plan.capacityBytes = 0
        disk.faults = plan
        // What was set aside for the segment is used up first.
        var end = 30
        while end < 60, try failure({ try log.append(end) }) == nil { end += 1 }
        #expect(end < 45)
        for _ in 0..<20 { #expect(throws: LogFailure.self) { try log.append(end) } }
        #expect(try log.values() == recordTexts(0..<end))
        disk.faults = FaultPlan()
        for number in end..<60 { try log.append(number) }
        #expect(try log.values() == recordTexts(0..<60))
        try store.close()
        #expect(try store.open { $0.segmentBytes = 1024 }.values() == recordTexts(0..<60))
    }

    @Test func `a file that may not grow is a full disk`() async {
        // RLIMIT_FSIZE is of the whole process.
        await #expect(processExitsWith: .success) {
            let store = try LogStore()
            let log = try store.open {
                $0.segmentBytes = 100_000
                $0.durability = .written
            }
            try log.append(0)
            ProcessLimits.setFileBytesMax(2000)
            var failures = 0
            for number in 1..<50 {
                do { try log.append(number) } catch {
                    guard case .inputOutput(_, let failure)? = error as? LogFailure,
                        failure.isDiskFull
                    else { throw error }
                    failures += 1
                }
            }
            let end = log.offsets.logEndOffset
            precondition(failures > 10 && end > Offset(10))
            let values = try log.values()
            precondition(values.count == Int(end.value))
        }
    }
}
