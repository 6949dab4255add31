import NewswireLog
import NewswireTesting

/// A group of the commit log, put together field by field, as the page about redo files says.
struct SampleGroup {
    struct Entry {
        var kind = RedoGroup.Kind.data.rawValue
        var target: UInt32 = 0
        var position: Int64 = 0
        var nextOffset: Int64 = 1
        var batch: [UInt8] = []
        /// What it says instead of the length of its batch.
        var byteCount: UInt32?
    }

    struct Target {
        var partition = LogStore.partition
        var identity = LogStore.identity
        var baseOffset: Int64 = 0
        /// What it says instead of the length of its name.
        var nameByteCount: UInt16?
    }

    static let directoryID = TopicID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)

    var directoryID = Self.directoryID
    var fileNumber: UInt64 = 1
    var sequence: UInt64 = 1
    var entries: [Entry] = []
    var targets: [Target] = []
    /// What it says instead of what is there.
    var entryCount: UInt32?
    var targetCount: UInt32?
    var targetsPosition: UInt32?
    /// Bytes behind the entries and behind the targets that belong to nothing.
    var gap: [UInt8] = []
    var rest: [UInt8] = []

    var seed: UInt32 { RedoGroup.seed(directoryID: directoryID, fileNumber: fileNumber) }

    /// Its bytes, without what fills the last page.
    var bytes: [UInt8] {
        let body = entries.flatMap(Self.bytes) + gap
        let table = targets.flatMap(Self.bytes) + rest
        let start = RedoGroup.Layout.headerByteCount
        var covered: [UInt8] = []
        covered.append(bigEndian: UInt32(start + body.count + table.count))
        covered.append(bigEndian: entryCount ?? UInt32(entries.count))
        covered.append(bigEndian: targetCount ?? UInt32(targets.count))
        covered.append(bigEndian: targetsPosition ?? UInt32(start + body.count))
        covered.append(bigEndian: fileNumber)
        covered.append(bigEndian: sequence)
        covered += body + table
        var bytes: [UInt8] = []
        bytes.append(bigEndian: RedoGroup.magic)
        bytes.append(bigEndian: CRC32C.checksum(of: covered.rawSpan, continuing: seed))
        return bytes + covered
    }

    /// The same in whole pages.
    var pages: [UInt8] {
        let bytes = bytes
        let rest = RedoGroup.wholePages(bytes.count) - bytes.count
        return bytes + [UInt8](repeating: 0, count: rest)
    }

    private static func bytes(_ entry: Entry) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: entry.kind)
        bytes.append(bigEndian: UInt16(0))
        bytes.append(bigEndian: entry.byteCount ?? UInt32(entry.batch.count))
        bytes.append(bigEndian: entry.target)
        bytes.append(bigEndian: entry.position)
        bytes.append(bigEndian: entry.nextOffset)
        return bytes + entry.batch
    }

    private static func bytes(_ target: Target) -> [UInt8] {
        let name = [UInt8](target.partition.topic.utf8)
        var bytes: [UInt8] = []
        bytes.append(bigEndian: target.identity.id)
        bytes.append(bigEndian: target.identity.topicID.high)
        bytes.append(bigEndian: target.identity.topicID.low)
        bytes.append(bigEndian: Int32(target.partition.partition))
        bytes.append(bigEndian: target.baseOffset)
        bytes.append(bigEndian: target.nameByteCount ?? UInt16(name.count))
        return bytes + name
    }
}

extension SampleGroup {
    /// A group with one batch of `byteCount` bytes, of which the first says the group's number.
    static func batch(
        _ sequence: UInt64, in fileNumber: UInt64 = 1, byteCount: Int = 100
    ) -> SampleGroup {
        var group = SampleGroup()
        group.sequence = sequence
        group.fileNumber = fileNumber
        var entry = Entry()
        entry.batch = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 + Int(sequence)) }
        entry.position = Int64(byteCount) * Int64(sequence - 1)
        entry.nextOffset = Int64(sequence)
        group.entries = [entry]
        group.targets = [Target()]
        return group
    }
}

extension SimulatedFileSystem {
    /// Writes redo file `number` of the directory `/data`: the first page, then `groups`.
    ///
    /// - Returns: its path.
    @discardableResult
    func writeRedoFile(
        _ number: UInt64, _ groups: [[UInt8]], header: [UInt8]? = nil
    ) throws -> String {
        for folder in ["/data", "/data/commit"] where try status(of: folder) == nil {
            try createDirectory(folder)
        }
        let digits = String(number)
        let path =
            "/data/commit/" + String(repeating: "0", count: 20 - digits.utf8.count) + digits
            + ".redo"
        let first = RedoFile.Header(directoryID: SampleGroup.directoryID, number: number)
        let file = try openFile(path, .createOrOpen)
        try file.truncate(to: 0)
        try file.write((header ?? first.encoded) + groups.joined(), at: .start)
        try file.synchronize()
        for folder in ["/", "/data", "/data/commit"] { try synchronizeDirectory(folder) }
        return path
    }
}
