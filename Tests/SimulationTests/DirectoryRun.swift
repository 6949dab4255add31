import NewswireLog
import NewswireTesting

/// A directory on a simulated disk beside a model of each of its partitions.
struct DirectoryRun {
    /// A partition as the test's catalog, which a crash spares, knows it.
    private struct Partition {
        var identity: PartitionIdentity
        var level: Durability
        var reference = ReferenceLog()
        var retired: [TopicID] = []
        /// What was last seen of the log that is open.
        var seen: LogOffsets?
    }

    private(set) var disk: SimulatedFileSystem
    let time: ManualTimeSource
    private var partitions: [Partition]
    private(set) var directory: LogDirectory?
    private(set) var logs: [PartitionLog] = []
    private var appended = 0
    private var nextID: Int64 = 10
    /// What the disk gets wrong, at every open anew.
    var mutant: SyncMutant?
    /// Appends that happened to all of their partitions or to none.
    private var atomics = AtomicGroups()
    /// How often the mutant struck on disks that are gone.
    private var pastStrikes = 0
    /// What was asked of disks that are gone.
    private var pastDigest: UInt64 = 0
    /// The first thing that was found wrong; nil while all is as promised.
    private(set) var complaint: String?
    /// How the directory came to an end that nobody has looked at yet.
    var ending: ReferenceLog.Ending?
    /// What seldom goes wrong and should harm nobody, drawn from this at every open.
    var disturbance: UInt64?
    /// How often a directory was opened after a crash and looked at.
    var crashChecks = 0
    /// How many recoveries in a row a power failure has interrupted, and the most there were.
    var interruptions = 0
    var interruptionsMax = 0
    /// How large segments become.
    var segmentBytes = 1200
    /// What the directory that is open told of itself.
    private var tellings = Tellings()

    init(names: NameMode = .strict, levels: [Durability] = [.synced, .written]) {
        time = ManualTimeSource()
        disk = SimulatedFileSystem(names: names, time: time)
        partitions = levels.enumerated().map { number, level in
            Partition(
                identity: PartitionIdentity(
                    id: Int64(number), topicID: TopicID(high: 1, low: UInt64(number))),
                level: level)
        }
    }

    private static func name(_ number: Int) -> TopicPartition { TopicPartition("orders", number) }

    private func configuration(_ number: Int) -> LogConfiguration {
        var configuration = LogConfiguration()
        configuration.durability = partitions[number].level
        configuration.segmentBytes = segmentBytes
        configuration.indexIntervalBytes = 150
        configuration.retention = .seconds(600)
        configuration.segmentAge = .seconds(3600)
        return configuration
    }

    // MARK: Opening and ending

    mutating func open(_ mode: LogDirectoryOptions.Mode = .readWrite) throws(LogFailure) {
        disturb()
        enter(.opening)
        var options = LogDirectoryOptions()
        options.fileSystem = disk
        options.time = time
        options.threads = .stepped
        options.mode = mode
        options.createsDirectory = mode == .readWrite
        options.budget = DescriptorBudget(openFilesMax: 6, mapsMax: 24)
        tellings = Tellings()
        options.onEvent = { [tellings] in tellings.note($0) }
        let directory = try LogDirectory.open(at: "/data", options)
        self.directory = directory
        logs = []
        for number in partitions.indices {
            partitions[number].seen = nil
            for topicID in partitions[number].retired where mode == .readWrite {
                try directory.retire(Self.name(number), topicID: topicID)
            }
            logs.append(
                try directory.openPartition(
                    Self.name(number), identity: partitions[number].identity,
                    configuration(number)))
        }
        try directory.finishOpening()
        enter(.running)
    }

    /// Lets the disk get wrong what it does from now on.
    private mutating func enter(_ phase: SyncMutant.Phase) {
        guard let mutant else { return }
        noteStrikes()
        disk.faults = mutant.plan(in: phase)
    }

    /// Lets the disk be slow now and then, and strangers' files appear.
    private mutating func disturb() {
        guard let seed = disturbance else { return }
        disturbance = seed &+ 1
        let names = [
            // None beside the format file: a folder that holds something is not made a directory.
            "orders-0/00000000000000000003.log.deleted", "orders-1/x.log",
            "orders-0/.nfs0001", "orders-0/00000000000000000000.swap", "commit/1.redo.tmp",
            "commit/readme",
        ]
        let strangers = names.map { Fault.Effect.intrusion(path: "/data/\($0)", [1, 2, 3]) }
        disk.faults = FaultPlan(
            seed: seed, count: 5, operationsMax: 300,
            drawnFrom: strangers + [.delay(.milliseconds(5)), .delay(.seconds(30))])
    }

    /// How often the mutant struck.
    var strikes: Int { pastStrikes + (mutant == nil ? 0 : disk.faultStrikeCount) }

    private mutating func noteStrikes() { pastStrikes = strikes }

    /// A number that differs when anything asked of any of the disks differed.
    var digest: UInt64 { pastDigest &* 0x100_0000_01b3 ^ disk.traceDigest }

    mutating func complain(_ complaint: String?) {
        self.complaint = self.complaint ?? complaint
    }

    /// Makes the directory with an id that is not drawn: what is random about its bytes.
    func prepare(_ directoryID: TopicID) throws(IOFailure) {
        try disk.createDirectory("/data")
        try disk.synchronizeDirectory("/")
        try AtomicReplace.write(
            DirectoryFormat(directoryID: directoryID).encoded.rawSpan,
            to: "/data/\(DirectoryFormat.fileName)", on: disk)
    }

    /// Whether there is something to do steps on.
    var isOpen: Bool { directory != nil && logs.count == partitions.count }

    /// Lets go of the directory as a dying process does, and goes on with another disk.
    mutating func die(on disk: SimulatedFileSystem) {
        directory?.abandon()
        noteStrikes()
        pastDigest = digest
        directory = nil
        logs = []
        self.disk = disk
    }

    /// Goes on with another disk; the directory is another run's, too.
    mutating func forget(on disk: SimulatedFileSystem) {
        noteStrikes()
        pastDigest = digest
        directory = nil
        logs = []
        self.disk = disk
    }

    /// Lets go of the directory; the disk stays.
    mutating func abandon() { die(on: disk) }

    // MARK: Steps

    mutating func perform(_ step: DirectoryStep) throws(LogFailure) {
        switch step {
        case .append(let number, let count, let size, let asked):
            try append(number, records(count, size), asked)
        case .appendMany(let number, let count): try appendMany(number, count)
        case .appendTogether(let count, let size): try appendTogether(count, size)
        case .synchronize(let number):
            try logs[number].synchronize()
            partitions[number].reference.acknowledgeSynced()
        case .trim(let number, let percent): try trim(number, percent)
        case .advance(let seconds): advance(seconds)
        case .alter(let number, let level): try alter(number, level)
        case .replace(let number): try replace(number)
        case .reopen: try reopen()
        case .crash(let profile, let seed, let power): try crash(profile, seed, power: power)
        }
    }

    private mutating func records(_ count: Int, _ byteCount: Int) -> [[UInt8]] {
        (0..<count).map { _ in
            appended += 1
            return [UInt8]("\(appended) ".utf8)
                + [UInt8](repeating: UInt8(truncatingIfNeeded: appended), count: byteCount)
        }
    }

    private mutating func append(
        _ number: Int, _ values: [[UInt8]], _ asked: Durability?
    ) throws(LogFailure) {
        let before = partitions[number].reference
        partitions[number].reference.beginAppend(values)
        let batch: AppendedBatch
        do throws(LogFailure) {
            batch = try logs[number].append(durability: asked) { batch in
                for value in values { batch.append(key: nil, value: value) }
            }
        } catch {
            if isRefusal(error) { partitions[number].reference = before }
            throw error
        }
        if batch.baseOffset != before.nextOffset {
            complain("offset \(batch.baseOffset) was given, not \(before.nextOffset)")
        }
        acknowledge(number, asked ?? partitions[number].level)
    }

    /// Takes what was promised at `level` into the model.
    private mutating func acknowledge(_ number: Int, _ level: Durability) {
        switch level {
        case .synced: partitions[number].reference.acknowledgeSynced()
        case .written, .interval: partitions[number].reference.acknowledgeWritten()
        case .none:
            // Of a `synced` topic it may be in the open group only.
            guard partitions[number].level != .synced else { return }
            partitions[number].reference.acknowledgeWritten()
        }
    }

    /// Whether nothing of the append is there: only after a failed sync the outcome is unknown, and
    /// when the power is gone.
    private func isRefusal(_ failure: LogFailure) -> Bool {
        if case .stopped = failure { return false }
        return !disk.isPowerOff
    }

    private mutating func appendMany(_ number: Int, _ count: Int) throws(LogFailure) {
        let log = logs[number]
        for _ in 0..<count {
            let values = records(2, 30)
            let before = partitions[number].reference
            partitions[number].reference.beginAppend(values)
            var batch = RecordBatchBuilder()
            for value in values { batch.append(key: nil, value: value) }
            do throws(LogFailure) {
                _ = try log.append(&batch, waiter: nil)
            } catch {
                if isRefusal(error) { partitions[number].reference = before }
                throw error
            }
            acknowledge(number, .none)
        }
        try log.synchronize()
        partitions[number].reference.acknowledgeSynced()
    }

    /// To all partitions that are `synced`, all or nothing.
    private mutating func appendTogether(_ count: Int, _ size: Int) throws(LogFailure) {
        let numbers = partitions.indices.filter { partitions[$0].level == .synced }
        let before = partitions.map(\.reference)
        var parts: [PartitionAppend] = []
        var ends: [Int: Offset] = [:]
        for number in numbers {
            let values = records(count, size)
            partitions[number].reference.beginAppend(values)
            ends[number] = partitions[number].reference.nextOffset
            parts.append(
                PartitionAppend(to: logs[number]) { batch in
                    for value in values { batch.append(key: nil, value: value) }
                })
        }
        atomics.begin(ends)
        do throws(LogFailure) {
            let batches = try directory?.append(parts) ?? []
            let offsets = batches.map(\.baseOffset)
            if offsets != numbers.map({ before[$0].nextOffset }) {
                complain("offsets \(offsets) were given together")
            }
        } catch {
            // One that is stopped refuses all, and the others go on: none of the ends has moved.
            let isRefused = numbers.contains { number in
                logs[number].offsets.logEndOffset == before[number].nextOffset
            }
            if isRefused || isRefusal(error) {
                for number in numbers { partitions[number].reference = before[number] }
                atomics.forgetLast()
            }
            throw error
        }
        for number in numbers { acknowledge(number, .synced) }
    }

    private mutating func trim(_ number: Int, _ percent: Int) throws(LogFailure) {
        let end = partitions[number].reference.nextOffset.value
        let offset = Offset(end * Int64(percent) / 100)
        guard offset <= logs[number].offsets.highWatermark else { return }
        partitions[number].reference.beginTrim(before: offset)
        try logs[number].trim(before: offset)
        partitions[number].reference.acknowledgeTrim()
    }

    private mutating func advance(_ seconds: Int) {
        time.advance(by: .seconds(seconds))
        // Retention may remove anything, as it syncs first; how much is looked at afterwards.
        let before = partitions.map(\.reference)
        for number in partitions.indices {
            let end = logs[number].offsets.logEndOffset
            partitions[number].reference.beginTrim(before: end)
        }
        directory?.runMaintenance()
        guard !disk.isPowerOff else { return }
        for number in partitions.indices {
            partitions[number].reference = before[number]
            partitions[number].reference.beginTrim(before: logs[number].offsets.logStartOffset)
            // A checkpoint that failed leaves open whether the start was raised for good.
            if disk.faultHitCount == 0 { partitions[number].reference.acknowledgeTrim() }
        }
    }

    private mutating func alter(_ number: Int, _ level: Durability) throws(LogFailure) {
        let isChange = partitions[number].level != level
        partitions[number].level = level
        do throws(LogFailure) {
            try logs[number].alter(configuration(number))
        } catch {
            partitions[number].level = logs[number].configuration.durability
            throw error
        }
        if isChange { partitions[number].reference.acknowledgeSynced() }
    }

    private mutating func replace(_ number: Int) throws(LogFailure) {
        // The catalog says so first; from now on nothing of the old one may be seen.
        let old = partitions[number].identity
        nextID += 1
        partitions[number].retired.append(old.topicID)
        partitions[number].identity = PartitionIdentity(
            id: nextID, topicID: TopicID(high: 2, low: UInt64(nextID)))
        partitions[number].reference = ReferenceLog()
        partitions[number].seen = nil
        atomics.forget(number)
        guard let directory else { return }
        enter(.deleting)
        try directory.deletePartition(Self.name(number))
        enter(.running)
        logs[number] = try directory.openPartition(
            Self.name(number), identity: partitions[number].identity, configuration(number))
    }

    private mutating func reopen() throws(LogFailure) {
        defer { logs = directory == nil ? [] : logs }
        let closed = directory
        directory = nil
        try closed?.close()
        for number in partitions.indices { partitions[number].reference.acknowledgeSynced() }
        ending = .closed
        try open()
        complain(try violation(after: .closed))
        ending = nil
    }

    // MARK: Looking

    /// What is wrong in any partition; after an opening the models go on from what is there.
    mutating func violation(after ending: ReferenceLog.Ending) throws(LogFailure) -> String? {
        var ends: [Int: Offset] = [:]
        for number in partitions.indices {
            let scan = try LogScan(of: logs[number])
            let found = scan.contents
            if let violation = scan.irregularity ?? LogOracles.offsets(of: logs[number]) {
                return "partition \(number): \(violation)"
            }
            var violation = partitions[number].reference.violation(of: found, after: ending)
            if violation == nil {
                violation = try LogOracles.lookUps(in: logs[number], scan)
            }
            violation = violation ?? LogOracles.accounting(of: logs[number], on: disk)
            if let violation { return "partition \(number): \(violation)" }
            ends[number] = found.end
            partitions[number].reference.adopt(found)
            // What recovery keeps it has made durable: the next crash must not take it.
            partitions[number].reference.acknowledgeSynced()
        }
        defer { atomics.settle() }
        return atomics.violation(ends)
    }

    /// What readers must see now, while the directory is open.
    func visibleViolation() throws(LogFailure) -> String? {
        for number in partitions.indices {
            let ending: ReferenceLog.Ending =
                partitions[number].level == .synced ? .powerFailed : .killed
            let violation = partitions[number].reference.violation(
                of: try contents(number), after: ending)
            if let violation { return "partition \(number), open: \(violation)" }
        }
        return nil
    }

    /// All that can be read, of all partitions.
    func allContents() throws(LogFailure) -> [ReferenceLog.Contents] {
        var all: [ReferenceLog.Contents] = []
        for number in partitions.indices { all.append(try contents(number)) }
        return all
    }

    /// What is wrong with the ends of any log, after a step.
    mutating func movedViolation() -> String? {
        for number in partitions.indices where isOpen {
            let now = logs[number].offsets
            let violation =
                LogOracles.offsets(of: logs[number])
                ?? LogOracles.movement(from: partitions[number].seen, to: now)
            if let violation { return "partition \(number): \(violation)" }
            partitions[number].seen = now
        }
        return nil
    }

    /// What is wrong when the disk may have lost or altered anything: nothing may be read that was
    /// altered, and what is missing of what was promised has to be told of, if anything is left by
    /// which it can be told.
    func silentViolation(isTellable: Bool = true) throws(LogFailure) -> String? {
        var isTold =
            !isTellable || tellings.hasDamage || directory?.recoveryReport.changedAnything ?? true
        var missing: String?
        for number in partitions.indices {
            let log = logs[number]
            let end = log.offsets.highWatermark
            var next = log.offsets.logStartOffset
            while next < end {
                do throws(LogFailure) {
                    let slice = try log.read(from: next, maxBytes: 1)
                    if let altered = try altered(slice, number) { return altered }
                    next = slice.nextOffset
                } catch {
                    isTold = true
                    next = try log.damagedRange(at: next).upperBound
                }
            }
            if end < partitions[number].reference.promisedEnd {
                missing = missing ?? "partition \(number) ends at \(end), and nobody tells"
            }
        }
        return isTold ? nil : missing
    }

    private func altered(_ slice: FetchedSlice, _ number: Int) throws(LogFailure) -> String? {
        var records = slice.records()
        while let record = try records.next() {
            var value: [UInt8]?
            if let bytes = record.value { value = [UInt8](copying: bytes) }
            guard value == partitions[number].reference.value(at: record.offset) else {
                return "partition \(number): offset \(record.offset) was altered"
            }
        }
        return nil
    }

    private func contents(_ number: Int) throws(LogFailure) -> ReferenceLog.Contents {
        try ReferenceLog.Contents(of: logs[number], maxBytes: 500)
    }
}
