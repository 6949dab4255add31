/// The file `newswire.format`, which makes a folder a Newswire directory.
///
/// The table is in <doc:DirectoryFormat>.
package struct DirectoryFormat: Hashable, Sendable {
    /// Where the fields lie.
    package enum Layout {
        package static let magic = 0..<8
        package static let version = 8..<12
        package static let directoryID = 12..<28
        package static let crc = 28..<32
        package static let byteCount = 32
        package static let fields = [
            ("magic", magic), ("version", version), ("directoryID", directoryID), ("crc", crc),
        ]
    }

    package static let fileName = "newswire.format"
    /// `NEWSWIRE`, read as a big-endian number.
    package static let magic: UInt64 = 0x4e45_5753_5749_5245
    package static let version: UInt32 = 2
    /// The oldest version that is read: it had no commit log.
    private static let versionMin: UInt32 = 1

    package let directoryID: TopicID
    /// Whether an older version wrote the file.
    package let isCurrent: Bool

    package init(directoryID: TopicID) {
        self.directoryID = directoryID
        isCurrent = true
    }

    /// The bytes of the file.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Self.magic)
        bytes.append(bigEndian: Self.version)
        bytes.append(bigEndian: directoryID.high)
        bytes.append(bigEndian: directoryID.low)
        bytes.append(bigEndian: CRC32C.checksum(of: bytes.rawSpan))
        return bytes
    }

    /// Reads the file's bytes.
    package init(_ bytes: RawSpan) throws(FormatFailure) {
        guard bytes.byteCount >= Layout.version.upperBound,
            bytes.bigEndian(UInt64.self, at: Layout.magic.lowerBound) == Self.magic
        else { throw .damaged("it does not begin with the mark of a Newswire directory") }
        // Whole or not, a file of a later version is for a later version to judge.
        let version = Int(bytes.bigEndian(UInt32.self, at: Layout.version.lowerBound))
        let isWhole =
            bytes.byteCount == Layout.byteCount
            && bytes.bigEndian(UInt32.self, at: Layout.crc.lowerBound)
                == CRC32C.checksum(of: bytes.extracting(0..<Layout.crc.lowerBound))
        try FormatFailure.check(
            version: version, isIn: Int(Self.versionMin)...Int(Self.version))
        guard isWhole else { throw .damaged("its checksum does not match its bytes") }
        isCurrent = version == Self.version
        directoryID = TopicID(
            high: bytes.bigEndian(UInt64.self, at: Layout.directoryID.lowerBound),
            low: bytes.bigEndian(UInt64.self, at: Layout.directoryID.lowerBound + 8))
    }
}
