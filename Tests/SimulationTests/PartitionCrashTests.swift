import NewswireLog
import NewswireTesting
import Testing

/// Random steps and crashes on one partition, compared with a model after each of them.
struct PartitionCrashTests {
    @Test(arguments: UInt64(1)...40, [Durability.synced, .written])
    func `what a log promised is found after any crash`(
        seed: UInt64, level: Durability
    ) throws {
        try check(Workload(seed: seed, stepCount: 60), at: level)
    }

    // As long as `NEWSWIRE_SIMULATION_SECONDS` says (2), from `NEWSWIRE_SEED` on (100).
    @Test func `what a log promised is found after any crash, seed by seed`() throws {
        var seed = SimulationSettings.firstSeed ?? 100
        let end = SystemTimeSource().instant() + .seconds(SimulationSettings.seconds ?? 2)
        while SystemTimeSource().instant() < end {
            let level = seed % 2 == 0 ? Durability.synced : .written
            try check(Workload(seed: seed, stepCount: 60 + Int(seed % 100)), at: level)
            seed += 1
        }
    }

    private func check(_ workload: Workload, at level: Durability) throws {
        var run = try PartitionRun(level, names: workload.seed % 3 == 0 ? .journaled : .strict)
        for (number, step) in workload.steps.enumerated() {
            try run.perform(step)
            let violation = try run.violation()
            try #require(violation == nil, "\(workload) at \(level), step \(number), \(step)")
        }
        run.abandon()
    }

    @Test func `a tail that was cut does not come back and cut off what was synced after it`()
        throws
    {
        // Recovery cut a tail and did not sync the cut. The log rolled and synced the new segment;
        // the next power failure brought the tail back, recovery ended the log there again, and set
        // the acknowledged records of the new segment aside.
        var run = try PartitionRun(.synced, names: .strict)
        let steps: [WorkloadStep] = [
            .append(recordCount: 5, valueByteCount: 1000, .synced), .reopen,
            .append(recordCount: 1, valueByteCount: 300, .written), .crash(.sizes, seed: 1),
            .append(recordCount: 5, valueByteCount: 1000, .synced), .crash(.dropped, seed: 1),
        ]
        for step in steps {
            try run.perform(step)
            #expect(try run.violation() == nil, "\(step)")
        }
    }

    @Test func `what a killed process left is durable once it is served`() throws {
        var run = try PartitionRun(.written, names: .strict)
        let steps: [WorkloadStep] = [
            .append(recordCount: 5, valueByteCount: 1000, nil), .crash(.killed, seed: 1),
            .crash(.dropped, seed: 1),
        ]
        for step in steps {
            try run.perform(step)
            #expect(try run.violation() == nil, "\(step)")
        }
    }

    @Test(arguments: UInt64(1)...2)
    func `what a log promised is found wherever the power fails`(seed: UInt64) throws {
        let workload = Workload(seed: seed, stepCount: 25)
        for point in 0... {
            var run = try PartitionRun(.synced, names: .strict)
            run.disk.crashPoint = run.disk.operationCount + point
            guard let number = try run.performUntilPowerFails(workload.steps) else { break }
            let before = run
            for profile in CrashProfile.allCases {
                run = before
                try run.crash(profile, seed: seed)
                let violation = try run.violation()
                try #require(violation == nil, "\(workload), crash \(point), step \(number)")
            }
        }
    }

    @Test(arguments: UInt64(1)...6)
    func `a crash during recovery changes nothing`(seed: UInt64) throws {
        let workload = Workload(seed: seed, stepCount: 20)
        let profiles = CrashProfile.allCases
        let (first, second) = (profiles[Int(seed) % 9], profiles[Int(seed / 2 + 3) % 9])
        var before = try PartitionRun(.synced, names: .strict)
        for step in workload.steps {
            try before.perform(step)
            _ = try before.violation()
        }
        for point in 0... {
            var run = before
            guard try run.crash(first, seed: seed, duringRecoveryAt: point) else { break }
            try run.crash(second, seed: seed)
            let violation = try run.violation()
            try #require(violation == nil, "\(workload), \(first), \(second), crash \(point)")
        }
    }
}

/// A log on a simulated disk beside the model of it.
private struct PartitionRun {
    static let partition = TopicPartition("orders", 0)
    static let identity = PartitionIdentity(id: 7, topicID: TopicID(high: 1, low: 2))

    private(set) var disk: SimulatedFileSystem
    private var reference = ReferenceLog()
    /// How the log came to its end before it was opened again; nil while it runs on.
    private var restart: ReferenceLog.Ending?
    private let time = ManualTimeSource()
    private let level: Durability
    private var directory: LogDirectory
    private var log: PartitionLog
    private var appended = 0

    init(_ level: Durability, names: NameMode) throws {
        self.level = level
        disk = SimulatedFileSystem(names: names, time: time)
        (directory, log) = try Self.open(disk, time, level)
    }

    private static func open(
        _ disk: SimulatedFileSystem, _ time: ManualTimeSource, _ level: Durability
    ) throws(LogFailure) -> (LogDirectory, PartitionLog) {
        var options = LogDirectoryOptions()
        options.fileSystem = disk
        options.time = time
        options.threads = .stepped
        options.createsDirectory = true
        options.budget = DescriptorBudget(openFilesMax: 16, mapsMax: 64)
        let directory = try LogDirectory.open(at: "/data", options)
        var configuration = LogConfiguration()
        configuration.durability = level
        configuration.segmentBytes = 6000
        configuration.indexIntervalBytes = 200
        let log = try directory.openPartition(partition, identity: identity, configuration)
        try directory.finishOpening()
        return (directory, log)
    }

    mutating func perform(_ step: WorkloadStep) throws {
        switch step {
        case .append(let count, let size, let asked): try append(count, size, asked)
        case .synchronize:
            try log.synchronize()
            reference.acknowledgeSynced()
        case .trim(let percent):
            let offset = Offset(reference.nextOffset.value * Int64(percent) / 100)
            guard offset <= log.offsets.highWatermark else { return }
            reference.beginTrim(before: offset)
            try log.trim(before: offset)
            reference.acknowledgeTrim()
        case .roll, .advance:
            time.advance(by: .seconds(20))
            directory.runMaintenance()
        case .reopen:
            try directory.close()
            reference.acknowledgeSynced()
            restart = .closed
            (directory, log) = try Self.open(disk, time, level)
        case .crash(let profile, let seed): try crash(profile, seed: seed)
        }
    }

    private mutating func append(_ count: Int, _ size: Int, _ asked: Durability?) throws {
        let values = (0..<count).map { _ in
            appended += 1
            let number = [UInt8]("\(appended) ".utf8)
            return number + [UInt8](repeating: UInt8(truncatingIfNeeded: appended), count: size)
        }
        let base = reference.nextOffset
        reference.beginAppend(values)
        let batch = try log.append(durability: asked) { batch in
            for value in values { batch.append(key: nil, value: value) }
        }
        #expect(batch.baseOffset == base)
        switch asked ?? level {
        case .synced: reference.acknowledgeSynced()
        // Of a `synced` topic it may be in the open group only.
        case .none where level == .synced: break
        default: reference.acknowledgeWritten()
        }
    }

    /// The number of the step in which the power failed; nil when it did not.
    mutating func performUntilPowerFails(_ steps: [WorkloadStep]) throws -> Int? {
        for (number, step) in steps.enumerated() {
            if case .crash = step { continue }
            do {
                try perform(step)
            } catch  where disk.isPowerOff {
                return number
            }
            if disk.isPowerOff { return number }
        }
        return nil
    }

    mutating func crash(_ profile: CrashProfile, seed: UInt64) throws {
        let found = disk.crash(profile, seed: seed)
        abandon()
        disk = found
        restart = profile == .killed && restart != .powerFailed ? .killed : .powerFailed
        (directory, log) = try Self.open(disk, time, level)
    }

    /// Crashes, and crashes again after `point` changes of the recovery; false when it makes fewer.
    mutating func crash(
        _ profile: CrashProfile, seed: UInt64, duringRecoveryAt point: Int
    ) throws -> Bool {
        let found = disk.crash(profile, seed: seed)
        found.crashPoint = point
        do {
            let (directory, _) = try Self.open(found, time, level)
            guard found.isPowerOff else { return false }
            try directory.close()
        } catch {
            try #require(found.isPowerOff)
        }
        disk = found
        restart = profile == .killed ? .killed : .powerFailed
        return true
    }

    /// Lets go of a log whose machine is gone; what it still tries fails.
    func abandon() {
        disk.crashPoint = 0
        do {
            try directory.close()
        } catch {
            #expect(disk.isPowerOff)
        }
    }

    /// What is wrong with what the log has now; after a restart the model goes on from there.
    mutating func violation() throws -> String? {
        let found = try contents()
        guard let ending = restart else {
            // Readers of a `synced` topic see what is synced, those of others what is written.
            return reference.violation(
                of: found, after: level == .synced ? .powerFailed : .killed)
        }
        restart = nil
        if let violation = reference.violation(of: found, after: ending) { return violation }
        reference.adopt(found)
        // What recovery keeps it has made durable: the next crash must not take it.
        reference.acknowledgeSynced()
        return nil
    }

    private func contents() throws -> ReferenceLog.Contents {
        try ReferenceLog.Contents(of: log, maxBytes: 2000)
    }
}
