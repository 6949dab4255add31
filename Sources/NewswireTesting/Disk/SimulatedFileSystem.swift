public import NewswireLog
internal import Synchronization

/// A disk in memory that forgets, tears and fails as real ones do, and does so again by its seed.
///
/// It keeps the bytes that programs see apart from those that a sync has made durable.
/// ``crash(_:seed:)`` answers the disk as it would be found after a power failure; the first one
/// stays as it is, so that one moment can be examined under many profiles. What it models, and what
/// not, is in the article about the crash model of NewswireLog.
public final class SimulatedFileSystem: Sendable {
    let disk: Mutex<SimulatedDisk>
    let time: ManualTimeSource

    /// An empty disk; files get their times from `time`.
    public init(names: NameMode = .strict, time: ManualTimeSource = ManualTimeSource()) {
        disk = Mutex(SimulatedDisk(names, time))
        self.time = time
    }

    private init(_ disk: SimulatedDisk, _ time: ManualTimeSource) {
        self.disk = Mutex(disk)
        self.time = time
    }

    /// The disk as it is found after a crash: nothing is open or locked, no fault is planned.
    public func crash(_ profile: CrashProfile, seed: UInt64) -> SimulatedFileSystem {
        SimulatedFileSystem(disk.withLock { $0.afterCrash(profile, seed: seed) }, time)
    }

    // MARK: What tests ask and set

    /// After how many changes the power fails, and with it every operation; nil is never.
    public var crashPoint: Int? {
        get { disk.withLock { $0.log.crashPoint } }
        set { disk.withLock { $0.log.crashPoint = newValue } }
    }

    /// Whether the power failed at the ``crashPoint``.
    public var isPowerOff: Bool {
        disk.withLock { disk in disk.log.crashPoint.map { disk.log.count >= $0 } ?? false }
    }

    /// How many operations changed the disk, or tried to: the points at which a crash can differ.
    public var operationCount: Int { disk.withLock { $0.log.count } }

    /// The last changes, oldest first; at least the last thousand.
    public var trace: [SimulatedOperation] { disk.withLock { $0.log.recent } }

    /// A number that differs when anything asked of the disk differed, reading included.
    public var traceDigest: UInt64 { disk.withLock { $0.log.digest } }

    /// What goes wrong from now on; setting it starts counting anew.
    public var faults: FaultPlan {
        get { disk.withLock { $0.faults.plan } }
        set { disk.withLock { $0.faults = FaultCounter(newValue) } }
    }

    /// How often an operation failed by a fault since the plan was set, or a sync is going to.
    public var faultHitCount: Int { disk.withLock { $0.faults.hitCount } }

    /// How often a fault struck since the plan was set, whether or not anybody was told.
    public var faultStrikeCount: Int { disk.withLock { $0.faults.strikeCount } }

    /// How many files and locks are open.
    public var openFileCount: Int { disk.withLock { $0.handles.count } }

    /// How many bytes were written and could still be lost.
    public var unsyncedByteCount: Int {
        disk.withLock { disk in
            disk.nodes.values.reduce(0) { sum, node in
                sum + (node.contents?.pending.reduce(0) { $0 + $1.bytes.count } ?? 0)
            }
        }
    }

    /// The paths of all files, sorted.
    public var paths: [String] {
        disk.withLock { disk in disk.names.files.map(\.path).sorted() }
    }

    // MARK: Damage

    /// Turns a bit of a file over, on the disk and in the cache; bits are numbered from a byte's
    /// lowest.
    ///
    /// What was written to the file and not synced arrives on the disk before.
    public func flipBit(_ bit: Int, of path: String) throws(IOFailure) {
        try damage(path, at: bit / 8, byteCount: 1) { $0.map { $0 ^ (1 << UInt8(bit % 8)) } }
    }

    /// Replaces bytes of a file at rest, as ``flipBit(_:of:)`` does.
    public func overwrite(
        _ path: String, at position: FilePosition, with bytes: [UInt8]
    ) throws(IOFailure) {
        try damage(path, at: position.value, byteCount: bytes.count) { _ in bytes }
    }

    /// Lets reading of a part of a file fail, and populating the pages of its maps.
    public func makeUnreadable(_ path: String, _ range: Range<Int>) throws(IOFailure) {
        try disk.withLock { disk throws(IOFailure) in
            let node = try disk.file(path)
            disk.withNode(node) { node in
                node.unreadable.append(range)
                for map in node.maps { map.protect(range) }
            }
        }
    }

    private func damage(
        _ path: String, at position: Int, byteCount: Int, _ change: ([UInt8]) -> [UInt8]
    ) throws(IOFailure) {
        try disk.withLock { disk throws(IOFailure) in
            let node = try disk.file(path)
            disk.withNode(node) { node in
                let range = position..<position + byteCount
                let damaged = change(Array(node.bytes[range]))
                node.contents?.damage(at: position, with: damaged)
                node.showInMaps(range)
            }
        }
    }
}

extension SimulatedFileSystem: FileSystem {
    package func openFile(_ path: String, _ mode: FileMode) throws(IOFailure) -> any File {
        let now = time.wallClock()
        let handle = try disk.withLock { disk throws(IOFailure) in
            try disk.open(path, mode, at: now)
        }
        return SimulatedFile(self, handle, path)
    }

    package func createDirectory(_ path: String) throws(IOFailure) {
        let now = time.wallClock()
        try disk.withLock { disk throws(IOFailure) in try disk.createDirectory(path, at: now) }
    }

    package func entries(of directory: String) throws(IOFailure) -> [DirectoryEntry] {
        try disk.withLock { disk throws(IOFailure) in try disk.entries(of: directory) }
    }

    package func status(of path: String) throws(IOFailure) -> FileStatus? {
        try disk.withLock { disk throws(IOFailure) in try disk.status(of: path) }
    }

    package func rename(_ path: String, to newPath: String) throws(IOFailure) {
        try disk.withLock { disk throws(IOFailure) in try disk.rename(path, to: newPath) }
    }

    package func remove(_ path: String) throws(IOFailure) {
        try disk.withLock { disk throws(IOFailure) in try disk.remove(path) }
    }

    package func removeDirectory(_ path: String) throws(IOFailure) {
        try disk.withLock { disk throws(IOFailure) in try disk.removeDirectory(path) }
    }

    package func synchronizeDirectory(_ path: String) throws(IOFailure) {
        try disk.withLock { disk throws(IOFailure) in try disk.synchronizeDirectory(path) }
    }

    package func synchronizeTree(_ directory: String) throws(IOFailure) {
        // One by one, so that the power may fail between any two.
        for entry in try entries(of: directory).sorted(by: { $0.name < $1.name }) {
            let path = "\(directory)/\(entry.name)"
            if entry.isDirectory {
                try synchronizeTree(path)
            } else {
                try openFile(path, .read).synchronize()
            }
        }
        try synchronizeDirectory(directory)
    }

    package func lock(_ path: String) throws(IOFailure) -> (any FileLock)? {
        let now = time.wallClock()
        let handle = try disk.withLock { disk throws(IOFailure) in try disk.lock(path, at: now) }
        return handle.map { SimulatedLock(self, $0, path) }
    }
}
