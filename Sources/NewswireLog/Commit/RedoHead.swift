/// The checkpoint of a directory, in a file of its own: `commit/GENERATION.head`.
///
/// It says how far each partition is synced, where it starts, and whether the directory was closed
/// in order. The table is in <doc:CheckpointFormat>.
package struct RedoHead: Hashable, Sendable {
    /// What is known of one partition.
    package struct Entry: Hashable, Sendable {
        package var partition: TopicPartition
        package var identity: PartitionIdentity
        package var logStartOffset: Offset
        /// Everything before it is synced.
        package var recoveryPoint: Offset
        /// The segment that the recovery point lies in, and the byte at which.
        package var recoverySegment: Offset
        package var recoveryPosition: FilePosition
        /// The leader epoch of appends; -1 before the first.
        package var leaderEpoch: Int32
    }

    /// Where the fixed fields lie; entries follow, then the checksum of all before it.
    package enum Layout {
        package static let magic = 0..<8
        package static let version = 8..<10
        package static let flags = 10..<12
        package static let byteCount = 12..<16
        package static let directoryID = 16..<32
        package static let generation = 32..<40
        package static let firstFile = 40..<48
        package static let wallClock = 48..<56
        package static let entryCount = 56..<60
        package static let lastSequence = 60..<68
        package static let headerByteCount = 68
        /// In version 1, which had no commit log.
        fileprivate static let headerByteCountOfVersion1 = 60
        package static let fields = [
            ("magic", magic), ("version", version), ("flags", flags), ("byteCount", byteCount),
            ("directoryID", directoryID), ("generation", generation),
            ("firstFile", firstFile), ("wallClock", wallClock), ("entryCount", entryCount),
            ("lastSequence", lastSequence),
        ]
    }

    /// Where the fields of an entry lie; the topic's name follows.
    package enum EntryLayout {
        package static let partitionID = 0..<8
        package static let topicID = 8..<24
        package static let partition = 24..<28
        package static let leaderEpoch = 28..<32
        package static let logStartOffset = 32..<40
        package static let recoveryPoint = 40..<48
        package static let recoverySegment = 48..<56
        package static let recoveryPosition = 56..<64
        package static let nameByteCount = 64..<66
        package static let byteCount = 66
        package static let fields = [
            ("partitionID", partitionID), ("topicID", topicID), ("partition", partition),
            ("leaderEpoch", leaderEpoch), ("logStartOffset", logStartOffset),
            ("recoveryPoint", recoveryPoint), ("recoverySegment", recoverySegment),
            ("recoveryPosition", recoveryPosition), ("nameByteCount", nameByteCount),
        ]
    }

    /// `NWREDO` and two zeros, read as a big-endian number.
    package static let magic: UInt64 = 0x4e57_5245_444f_0000
    package static let version: UInt16 = 2

    package var directoryID: TopicID
    /// Rises with each head; the newest valid one counts.
    package var generation: UInt64
    package var isClean: Bool
    /// The first redo file that recovery needs; the first one to come when it needs none.
    package var firstFile: UInt64 = 0
    /// The sequence of the last group that was synced before it was written.
    package var lastSequence: UInt64 = 0
    /// When it was written, by the wall clock.
    package var wallClock: Timestamp
    package var entries: [Entry]

    /// As for batches: behind a larger offset no batch fits.
    static let validOffsets = Offset.zero...Offset(Int64.max - Int64(UInt32.max))

    package init(
        directoryID: TopicID, generation: UInt64, isClean: Bool, wallClock: Timestamp,
        entries: [Entry]
    ) {
        self.directoryID = directoryID
        self.generation = generation
        self.isClean = isClean
        self.wallClock = wallClock
        self.entries = entries
    }

    // MARK: Encoding

    /// The bytes of the head, padded with zeros to whole pages of 4 KiB.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Self.magic)
        bytes.append(bigEndian: Self.version)
        bytes.append(bigEndian: UInt16(isClean ? 1 : 0))
        let nameBytes = entries.reduce(0) { $0 + $1.partition.topic.utf8.count }
        let byteCount =
            Layout.headerByteCount + entries.count * EntryLayout.byteCount + nameBytes + 4
        bytes.reserveCapacity(byteCount + 4096)
        bytes.append(bigEndian: UInt32(byteCount))
        bytes.append(bigEndian: directoryID.high)
        bytes.append(bigEndian: directoryID.low)
        bytes.append(bigEndian: generation)
        bytes.append(bigEndian: firstFile)
        bytes.append(bigEndian: wallClock.milliseconds)
        bytes.append(bigEndian: UInt32(entries.count))
        bytes.append(bigEndian: lastSequence)
        for entry in entries { Self.append(entry, to: &bytes) }
        bytes.append(bigEndian: CRC32C.checksum(of: bytes.rawSpan))
        let padding = (4096 - bytes.count % 4096) % 4096
        bytes.append(contentsOf: repeatElement(0, count: padding))
        return bytes
    }

    private static func append(_ entry: Entry, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: entry.identity.id)
        bytes.append(bigEndian: entry.identity.topicID.high)
        bytes.append(bigEndian: entry.identity.topicID.low)
        bytes.append(bigEndian: Int32(entry.partition.partition))
        bytes.append(bigEndian: entry.leaderEpoch)
        bytes.append(bigEndian: entry.logStartOffset.value)
        bytes.append(bigEndian: entry.recoveryPoint.value)
        bytes.append(bigEndian: entry.recoverySegment.value)
        bytes.append(bigEndian: Int64(entry.recoveryPosition.value))
        bytes.append(bigEndian: UInt16(entry.partition.topic.utf8.count))
        bytes.append(contentsOf: entry.partition.topic.utf8)
    }

    // MARK: Decoding

    /// Reads a head from the beginning of its file.
    package init(_ bytes: RawSpan) throws(FormatFailure) {
        guard bytes.byteCount >= Layout.headerByteCountOfVersion1 + 4,
            bytes.bigEndian(UInt64.self, at: Layout.magic.lowerBound) == Self.magic
        else { throw .damaged("it does not begin with a head") }
        let byteCount = Int(bytes.bigEndian(UInt32.self, at: Layout.byteCount.lowerBound))
        guard byteCount >= Layout.headerByteCountOfVersion1 + 4, byteCount <= bytes.byteCount
        else {
            throw .damaged("its length is \(byteCount) in a file of \(bytes.byteCount) bytes")
        }
        let end = byteCount - 4
        let stored = bytes.bigEndian(UInt32.self, at: end)
        let computed = CRC32C.checksum(of: bytes.extracting(0..<end))
        guard stored == computed else {
            throw .damaged("its checksum is \(computed), not the stored \(stored)")
        }
        // Length and checksum stay where they are in later versions, so that a version whose bits
        // turned over is damage.
        let version = Int(bytes.bigEndian(UInt16.self, at: Layout.version.lowerBound))
        try FormatFailure.check(version: version, isIn: 1...Int(Self.version))
        directoryID = TopicID(
            high: bytes.bigEndian(UInt64.self, at: Layout.directoryID.lowerBound),
            low: bytes.bigEndian(UInt64.self, at: Layout.directoryID.lowerBound + 8))
        generation = bytes.bigEndian(UInt64.self, at: Layout.generation.lowerBound)
        isClean = bytes.bigEndian(UInt16.self, at: Layout.flags.lowerBound) & 1 == 1
        wallClock = Timestamp(
            milliseconds: bytes.bigEndian(Int64.self, at: Layout.wallClock.lowerBound))
        let count = Int(bytes.bigEndian(UInt32.self, at: Layout.entryCount.lowerBound))
        entries = []
        let isFirst = version == 1
        var position = isFirst ? Layout.headerByteCountOfVersion1 : Layout.headerByteCount
        guard position <= end else { throw .damaged("its fields are cut") }
        if !isFirst {
            firstFile = bytes.bigEndian(UInt64.self, at: Layout.firstFile.lowerBound)
            lastSequence = bytes.bigEndian(UInt64.self, at: Layout.lastSequence.lowerBound)
        }
        for _ in 0..<count {
            let rest = bytes.extracting(position..<end)
            entries.append(try Self.entry(rest, &position))
        }
        guard position == end else { throw .damaged("\(end - position) bytes follow its entries") }
    }

    private static func entry(
        _ bytes: RawSpan, _ position: inout Int
    ) throws(FormatFailure) -> Entry {
        typealias Layout = EntryLayout
        guard bytes.byteCount >= Layout.byteCount else { throw .damaged("an entry is cut") }
        let nameByteCount = Int(bytes.bigEndian(UInt16.self, at: Layout.nameByteCount.lowerBound))
        guard nameByteCount <= bytes.byteCount - Layout.byteCount else {
            throw .damaged("a topic's name is cut")
        }
        let name = bytes.extracting(Layout.byteCount..<(Layout.byteCount + nameByteCount))
        let number = bytes.bigEndian(Int32.self, at: Layout.partition.lowerBound)
        let offsets = [Layout.logStartOffset, Layout.recoveryPoint, Layout.recoverySegment].map {
            Offset(bytes.bigEndian(Int64.self, at: $0.lowerBound))
        }
        let place = bytes.bigEndian(Int64.self, at: Layout.recoveryPosition.lowerBound)
        guard number >= 0, place >= 0, offsets.allSatisfy(validOffsets.contains) else {
            throw .damaged("an entry has a number that is out of range")
        }
        position += Layout.byteCount + nameByteCount
        return Entry(
            partition: TopicPartition(
                String(decoding: [UInt8](copying: name), as: UTF8.self), Int(number)),
            identity: PartitionIdentity(
                id: bytes.bigEndian(Int64.self, at: Layout.partitionID.lowerBound),
                topicID: TopicID(
                    high: bytes.bigEndian(UInt64.self, at: Layout.topicID.lowerBound),
                    low: bytes.bigEndian(UInt64.self, at: Layout.topicID.lowerBound + 8))),
            logStartOffset: offsets[0], recoveryPoint: offsets[1], recoverySegment: offsets[2],
            recoveryPosition: FilePosition(Int(place)),
            leaderEpoch: bytes.bigEndian(Int32.self, at: Layout.leaderEpoch.lowerBound))
    }
}

extension RedoHead.Entry {
    /// The entry of a partition without a record.
    package init(_ partition: TopicPartition, identity: PartitionIdentity) {
        self.init(
            partition: partition, identity: identity, logStartOffset: .zero, recoveryPoint: .zero,
            recoverySegment: .zero, recoveryPosition: .start, leaderEpoch: -1)
    }
}
