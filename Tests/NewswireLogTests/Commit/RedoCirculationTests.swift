import NewswireLog
import NewswireTesting
import Synchronization
import Testing

/// How many redo files there are, how long they are, and that they are used again.
struct RedoCirculationTests {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem
    let system: HookedFileSystem
    let store: LogStore
    let stores = KeptStores()
    /// How many redo files were made of nothing; others were used before.
    let made = Counter()

    init() {
        disk = SimulatedFileSystem(time: time)
        store = LogStore(on: disk, time: time)
        system = HookedFileSystem(disk)
        system.before { [made] operation, path in
            if operation == .truncate, path.hasSuffix("coming") { made.add() }
        }
        store.options.fileSystem = system
        stores.keep(store)
    }

    final class Counter: Sendable {
        private let state = Atomic(0)

        var count: Int { state.load(ordering: .relaxed) }

        func add() { state.add(1, ordering: .relaxed) }
    }

    private var redoPaths: [String] { disk.paths.filter { $0.hasSuffix(".redo") } }

    private func lengths() throws -> [Int] {
        try redoPaths.map { try #require(try disk.status(of: $0)).byteCount }
    }

    /// Appends about 1 MiB: as much as the smallest redo file takes.
    private func fillOne(_ log: PartitionLog) throws {
        for _ in 0..<5 {
            try log.append { $0.append(key: nil, value: [UInt8](repeating: 7, count: 200_000)) }
        }
    }

    private func open() throws -> PartitionLog {
        try store.open { $0.segmentBytes = 1 << 30 }
    }

    @Test func `where segments are synced in time, a few small files go round`() throws {
        let log = try open()
        func goRound() throws {
            try fillOne(log)
            store.directory?.runMaintenance()
        }
        for _ in 0..<5 { try goRound() }
        let before = made.count
        for _ in 0..<20 { try goRound() }
        #expect(made.count == before && before <= 4)
        #expect(try lengths().allSatisfy { $0 == 1 << 20 })
        let image = disk.crash(.dropped, seed: 1)
        let again = LogStore(on: image, time: time)
        stores.keep(again)
        #expect(try again.open().offsets.logEndOffset == log.offsets.logEndOffset)
    }

    @Test func `where syncs cannot keep up, files grow up to 16 MiB, and then in number`() throws {
        let log = try open()
        for _ in 0..<100 { try fillOne(log) }
        #expect(try lengths().max() == 16 << 20)
        #expect(try lengths().count { $0 == 16 << 20 } > 2)
        // They are kept for as much as came before; small ones are not.
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        try log.append(0)
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        #expect(try lengths().allSatisfy { $0 == 16 << 20 })
        let before = made.count
        for _ in 0..<60 { try fillOne(log) }
        #expect(made.count == before)
        #expect(try lengths().reduce(0, +) < 256 << 20)
    }

    /// Opens what a crash left: all of `log` is there, and nothing is reported.
    private func checkWhole(
        _ log: PartitionLog, _ number: Int, of images: [SimulatedFileSystem]
    ) throws {
        let again = LogStore(on: images[number], time: time)
        defer { again.abandon() }
        let found = try again.open()
        #expect(found.offsets.logEndOffset == log.offsets.logEndOffset, "\(number)")
        #expect(again.report.partitions.flatMap(\.lost).isEmpty, "\(number)")
        // Files that were on their way to other names must not look like missing ones.
        #expect(!again.events.all.contains(where: Self.isAlarm), "\(number)")
    }

    private static func isAlarm(_ event: LogEvent) -> Bool {
        switch event {
        case .redoDamaged, .redoIncomplete: true
        default: false
        }
    }

    @Test(arguments: [CrashProfile.dropped, .killed, .names, .mixed])
    func `wherever the power fails while files go round`(profile: CrashProfile) throws {
        let log = try open()
        for _ in 0..<3 {
            try fillOne(log)
            store.directory?.runMaintenance()
        }
        try fillOne(log)
        let images = Mutex<[SimulatedFileSystem]>([])
        system.before { [disk] _, _ in
            images.withLock { $0.append(disk.crash(profile, seed: UInt64($0.count))) }
        }
        store.directory?.runMaintenance()
        system.release()
        let all = images.withLock { $0 }
        #expect(all.count > 10)
        for number in all.indices { try checkWhole(log, number, of: all) }
    }

    @Test func `several files on their way to other names do not look like missing ones`() throws {
        let log = try open()
        for _ in 0..<100 { try fillOne(log) }
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        try log.append(0)
        let images = Mutex<[SimulatedFileSystem]>([])
        system.before { [disk] operation, path in
            guard
                operation == .rename && path.hasSuffix(".redo")
                    || operation == .synchronizeDirectory && path.hasSuffix("/commit")
            else { return }
            images.withLock { images in
                for seed in 0..<4 { images.append(disk.crash(.names, seed: UInt64(seed))) }
            }
        }
        time.advance(by: .seconds(20))
        store.directory?.runMaintenance()
        system.release()
        let all = images.withLock { $0 }
        #expect(all.count > 8)
        for number in all.indices { try checkWhole(log, number, of: all) }
    }

    @Test func `files of an earlier process are used again`() throws {
        let log = try open()
        for _ in 0..<3 { try fillOne(log) }
        let old = Set(redoPaths)
        let image = disk.crash(.killed, seed: 1)
        let again = LogStore(on: image, time: time)
        stores.keep(again)
        let reopened = try again.open { $0.segmentBytes = 1 << 30 }
        #expect(reopened.offsets.logEndOffset == log.offsets.logEndOffset)
        for _ in 0..<6 {
            try fillOne(reopened)
            again.directory?.runMaintenance()
        }
        #expect(old.isDisjoint(with: image.paths))
        #expect(image.paths.count { $0.hasSuffix(".redo") } <= 4)
    }
}
