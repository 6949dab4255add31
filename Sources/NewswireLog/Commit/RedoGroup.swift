/// A group of the commit log as it stands in a redo file: all of its entries happened, or none.
///
/// The tables are in <doc:RedoFormat>.
package struct RedoGroup: Hashable, Sendable {
    /// Where the fields of a group lie; the entries follow, then the targets.
    package enum Layout {
        package static let magic = 0..<4
        package static let crc = 4..<8
        package static let byteCount = 8..<12
        package static let entryCount = 12..<16
        package static let targetCount = 16..<20
        package static let targetsPosition = 20..<24
        package static let fileNumber = 24..<32
        package static let sequence = 32..<40
        package static let headerByteCount = 40
        package static let fields = [
            ("magic", magic), ("crc", crc), ("byteCount", byteCount), ("entryCount", entryCount),
            ("targetCount", targetCount), ("targetsPosition", targetsPosition),
            ("fileNumber", fileNumber), ("sequence", sequence),
        ]
    }

    /// Where the fields of an entry lie; the batches of a data entry follow.
    package enum EntryLayout {
        package static let kind = 0..<2
        package static let reserved = 2..<4
        package static let byteCount = 4..<8
        package static let target = 8..<12
        package static let position = 12..<20
        package static let nextOffset = 20..<28
        package static let headerByteCount = 28
        package static let fields = [
            ("kind", kind), ("reserved", reserved), ("byteCount", byteCount), ("target", target),
            ("position", position), ("nextOffset", nextOffset),
        ]
    }

    /// Where the fields of a target lie; the topic's name follows.
    package enum TargetLayout {
        package static let partitionID = 0..<8
        package static let topicID = 8..<24
        package static let partition = 24..<28
        package static let baseOffset = 28..<36
        package static let nameByteCount = 36..<38
        package static let headerByteCount = 38
        package static let fields = [
            ("partitionID", partitionID), ("topicID", topicID), ("partition", partition),
            ("baseOffset", baseOffset), ("nameByteCount", nameByteCount),
        ]
    }

    /// `NWGR`, read as a big-endian number.
    package static let magic: UInt32 = 0x4e57_4752
    /// Groups begin at multiples of it.
    package static let pageByteCount = 4096

    /// What an entry says.
    package enum Kind: UInt16, Sendable {
        /// The batches that follow belong into the segment.
        case data = 1
        /// The batches stand in the segment already, synced.
        case direct = 2
        /// The partition was deleted: no entry before this one counts.
        case removal = 3
    }

    /// One append, or the end of a partition.
    package struct Entry: Hashable, Sendable {
        package var kind: Kind
        /// Which of the targets.
        package var target: Int
        /// Where its batches begin in the segment file, and how many bytes they are.
        package var position: FilePosition
        package var byteCount: Int
        /// The offset behind its last record.
        package var nextOffset: Offset
        /// Where its batches begin in the group; only for data.
        package var start: Int
    }

    /// A segment that entries speak of.
    package struct Target: Hashable, Sendable {
        package var partition: TopicPartition
        package var identity: PartitionIdentity
        package var baseOffset: Offset
    }

    package var fileNumber: UInt64
    /// Rises by one with each group of the directory.
    package var sequence: UInt64
    /// Its length without the zeros that fill the last page.
    package var byteCount: Int
    package var entries: [Entry]
    package var targets: [Target]

    /// How many bytes it takes in a file.
    package var pagesByteCount: Int { Self.wholePages(byteCount) }

    /// `byteCount` rounded up to whole pages.
    package static func wholePages(_ byteCount: Int) -> Int {
        (byteCount + pageByteCount - 1) / pageByteCount * pageByteCount
    }

    /// What the checksums of a file's groups begin with: bytes of another file, or of another life
    /// of this one, never pass for its own.
    package static func seed(directoryID: TopicID, fileNumber: UInt64) -> UInt32 {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: directoryID.high)
        bytes.append(bigEndian: directoryID.low)
        bytes.append(bigEndian: fileNumber)
        return CRC32C.checksum(of: bytes.rawSpan)
    }

    // MARK: Decoding

    /// How many bytes the group that begins with `bytes` claims to have; nil when none begins.
    package static func claimedByteCount(_ bytes: RawSpan, fileNumber: UInt64) -> Int? {
        guard bytes.byteCount >= Layout.headerByteCount,
            bytes.bigEndian(UInt32.self, at: Layout.magic.lowerBound) == magic,
            bytes.bigEndian(UInt64.self, at: Layout.fileNumber.lowerBound) == fileNumber
                || Mutant.groupFileUnchecked.isOn
        else { return nil }
        return Int(bytes.bigEndian(UInt32.self, at: Layout.byteCount.lowerBound))
    }

    /// Reads the group that `bytes` begin with.
    package init(_ bytes: RawSpan, seed: UInt32) throws(FormatFailure) {
        guard bytes.byteCount >= Layout.headerByteCount,
            bytes.bigEndian(UInt32.self, at: Layout.magic.lowerBound) == Self.magic
        else { throw .damaged("no group begins here") }
        byteCount = Int(bytes.bigEndian(UInt32.self, at: Layout.byteCount.lowerBound))
        guard byteCount >= Layout.headerByteCount, byteCount <= bytes.byteCount else {
            throw .damaged("its length is \(byteCount), and \(bytes.byteCount) bytes are there")
        }
        let stored = bytes.bigEndian(UInt32.self, at: Layout.crc.lowerBound)
        let covered = bytes.extracting(Layout.crc.upperBound..<byteCount)
        let computed = CRC32C.checksum(of: covered, continuing: seed)
        guard stored == computed || Mutant.groupChecksumUnchecked.isOn else {
            throw .damaged("its checksum is \(computed), not the stored \(stored)")
        }
        fileNumber = bytes.bigEndian(UInt64.self, at: Layout.fileNumber.lowerBound)
        sequence = bytes.bigEndian(UInt64.self, at: Layout.sequence.lowerBound)
        let end = Int(bytes.bigEndian(UInt32.self, at: Layout.targetsPosition.lowerBound))
        guard (Layout.headerByteCount...byteCount).contains(end) else {
            throw .damaged("its targets begin at \(end)")
        }
        let entryCount = Int(bytes.bigEndian(UInt32.self, at: Layout.entryCount.lowerBound))
        let targetCount = Int(bytes.bigEndian(UInt32.self, at: Layout.targetCount.lowerBound))
        targets = try Self.targets(bytes.extracting(end..<byteCount), count: targetCount)
        entries = try Self.entries(bytes.extracting(0..<end), count: entryCount, targetCount)
    }

    private static func targets(
        _ bytes: RawSpan, count: Int
    ) throws(FormatFailure) -> [Target] {
        var targets: [Target] = []
        var position = 0
        for _ in 0..<count {
            targets.append(try target(bytes.extracting(position...), &position))
        }
        guard position == bytes.byteCount else { throw .damaged("bytes follow its targets") }
        return targets
    }

    private static func target(
        _ bytes: RawSpan, _ position: inout Int
    ) throws(FormatFailure) -> Target {
        typealias Layout = TargetLayout
        guard bytes.byteCount >= Layout.headerByteCount else { throw .damaged("a target is cut") }
        let nameByteCount = Int(bytes.bigEndian(UInt16.self, at: Layout.nameByteCount.lowerBound))
        guard nameByteCount <= bytes.byteCount - Layout.headerByteCount else {
            throw .damaged("a target's name is cut")
        }
        let name = bytes.extracting(
            Layout.headerByteCount..<(Layout.headerByteCount + nameByteCount))
        let partition = bytes.bigEndian(Int32.self, at: Layout.partition.lowerBound)
        let baseOffset = Offset(bytes.bigEndian(Int64.self, at: Layout.baseOffset.lowerBound))
        guard partition >= 0, RedoHead.validOffsets.contains(baseOffset) else {
            throw .damaged("a target has a number that is out of range")
        }
        position += Layout.headerByteCount + nameByteCount
        return Target(
            partition: TopicPartition(
                String(decoding: [UInt8](copying: name), as: UTF8.self), Int(partition)),
            identity: PartitionIdentity(
                id: bytes.bigEndian(Int64.self, at: Layout.partitionID.lowerBound),
                topicID: TopicID(
                    high: bytes.bigEndian(UInt64.self, at: Layout.topicID.lowerBound),
                    low: bytes.bigEndian(UInt64.self, at: Layout.topicID.lowerBound + 8))),
            baseOffset: baseOffset)
    }

    private static func entries(
        _ bytes: RawSpan, count: Int, _ targetCount: Int
    ) throws(FormatFailure) -> [Entry] {
        var entries: [Entry] = []
        var position = Layout.headerByteCount
        for _ in 0..<count {
            let entry = try entry(bytes, at: position, targetCount)
            entries.append(entry)
            position = entry.start + (entry.kind == .data ? entry.byteCount : 0)
        }
        guard position == bytes.byteCount else { throw .damaged("bytes follow its entries") }
        return entries
    }

    private static func entry(
        _ bytes: RawSpan, at place: Int, _ targetCount: Int
    ) throws(FormatFailure) -> Entry {
        typealias Layout = EntryLayout
        let start = place + Layout.headerByteCount
        guard start <= bytes.byteCount else { throw .damaged("an entry is cut") }
        func number<T: BitwiseCopyable & FixedWidthInteger>(_: T.Type, _ field: Range<Int>) -> T {
            bytes.bigEndian(T.self, at: place + field.lowerBound)
        }
        guard let kind = Kind(rawValue: number(UInt16.self, Layout.kind)) else {
            throw .damaged("an entry is of kind \(number(UInt16.self, Layout.kind))")
        }
        let entry = Entry(
            kind: kind, target: Int(number(UInt32.self, Layout.target)),
            position: FilePosition(Int(number(Int64.self, Layout.position))),
            byteCount: Int(number(UInt32.self, Layout.byteCount)),
            nextOffset: Offset(number(Int64.self, Layout.nextOffset)), start: start)
        guard entry.target < targetCount, entry.position >= .start,
            entry.position.value <= Int.max - entry.byteCount,
            RedoHead.validOffsets.contains(entry.nextOffset)
        else { throw .damaged("an entry has a number that is out of range") }
        guard kind != .data || entry.byteCount <= bytes.byteCount - start else {
            throw .damaged("an entry's batches are cut")
        }
        return entry
    }
}
