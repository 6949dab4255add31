/// A redo file that groups are written to, one behind the other.
///
/// Its first page says whose it is; groups follow on whole pages. What stands behind the last group
/// is zeros, or groups of another life of the file, which its checksums tell apart. The table is in
/// <doc:RedoFormat>.
package final class RedoFile: Sendable {
    /// Where the fields of the first page lie.
    package enum Layout {
        package static let magic = 0..<8
        package static let version = 8..<10
        package static let reserved = 10..<12
        package static let directoryID = 12..<28
        package static let number = 28..<36
        package static let crc = 36..<40
        package static let byteCount = 40
        package static let fields = [
            ("magic", magic), ("version", version), ("reserved", reserved),
            ("directoryID", directoryID), ("number", number), ("crc", crc),
        ]
    }

    /// `NWGROUPS`, read as a big-endian number.
    package static let magic: UInt64 = 0x4e57_4752_4f55_5053
    package static let version: UInt16 = 1

    let number: UInt64
    let file: any File
    let seed: UInt32
    /// How many bytes surely fit: the disk has given them.
    let byteCapacity: Int

    init(_ file: any File, number: UInt64, directoryID: TopicID, byteCapacity: Int) {
        self.file = file
        self.number = number
        self.byteCapacity = byteCapacity
        seed = RedoGroup.seed(directoryID: directoryID, fileNumber: number)
    }

    /// What the first page says.
    package struct Header: Hashable, Sendable {
        package var directoryID: TopicID
        package var number: UInt64

        package init(directoryID: TopicID, number: UInt64) {
            self.directoryID = directoryID
            self.number = number
        }

        /// The whole page.
        package var encoded: [UInt8] {
            var bytes: [UInt8] = []
            bytes.append(bigEndian: RedoFile.magic)
            bytes.append(bigEndian: RedoFile.version)
            bytes.append(bigEndian: UInt16(0))
            bytes.append(bigEndian: directoryID.high)
            bytes.append(bigEndian: directoryID.low)
            bytes.append(bigEndian: number)
            bytes.append(bigEndian: CRC32C.checksum(of: bytes.rawSpan))
            let rest = RedoGroup.pageByteCount - bytes.count
            bytes.append(contentsOf: repeatElement(0, count: rest))
            return bytes
        }

        /// Reads the first page of a file.
        package init(_ bytes: RawSpan) throws(FormatFailure) {
            guard bytes.byteCount >= Layout.byteCount,
                bytes.bigEndian(UInt64.self, at: Layout.magic.lowerBound) == RedoFile.magic
            else { throw .damaged("it does not begin as a redo file") }
            let stored = bytes.bigEndian(UInt32.self, at: Layout.crc.lowerBound)
            let computed = CRC32C.checksum(of: bytes.extracting(0..<Layout.crc.lowerBound))
            guard stored == computed else {
                throw .damaged("the checksum of its first page is \(computed), not \(stored)")
            }
            let version = Int(bytes.bigEndian(UInt16.self, at: Layout.version.lowerBound))
            try FormatFailure.check(version: version, isIn: 1...Int(RedoFile.version))
            directoryID = TopicID(
                high: bytes.bigEndian(UInt64.self, at: Layout.directoryID.lowerBound),
                low: bytes.bigEndian(UInt64.self, at: Layout.directoryID.lowerBound + 8))
            number = bytes.bigEndian(UInt64.self, at: Layout.number.lowerBound)
        }
    }
}
