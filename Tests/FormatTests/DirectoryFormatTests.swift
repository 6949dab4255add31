import NewswireLog
import NewswireTesting
import Testing

@Suite struct DirectoryFormatTests {
    private let format = DirectoryFormat(directoryID: TopicID(high: .max, low: 1))

    private func failure(of bytes: [UInt8]) -> FormatFailure? {
        do throws(FormatFailure) {
            _ = try DirectoryFormat(bytes.rawSpan)
            return nil
        } catch { return error }
    }

    private func versioned(_ version: UInt32) -> [UInt8] {
        var bytes = format.encoded
        var number: [UInt8] = []
        number.append(bigEndian: version)
        bytes.replaceSubrange(DirectoryFormat.Layout.version, with: number)
        return bytes
    }

    @Test func `the file reads back what was written`() throws {
        #expect(try DirectoryFormat(format.encoded.rawSpan) == format)
        #expect(format.encoded.count == DirectoryFormat.Layout.byteCount)
        #expect(format.encoded.prefix(8) == [UInt8]("NEWSWIRE".utf8)[...])
    }

    @Test func `every bit that changes is noticed`() {
        var bytes = format.encoded
        for position in bytes.indices {
            for bit in 0..<8 {
                bytes[position] ^= 1 << bit
                #expect(failure(of: bytes) != nil, "byte \(position), bit \(bit)")
                bytes[position] ^= 1 << bit
            }
        }
    }

    @Test func `a file that is cut or longer is damaged`() {
        let whole = format.encoded
        for bytes in whole.indices.map({ Array(whole[..<$0]) }) + [whole + [0]] {
            guard case .damaged? = failure(of: bytes) else {
                Issue.record("\(bytes.count) bytes were read")
                continue
            }
        }
    }

    // A later version may have another length and another checksum: both are not looked at.
    @Test(arguments: [3, 4, 255, .max] as [UInt32])
    func `a later version is too new, whatever else the file holds`(version: UInt32) {
        let newest = FormatFailure.tooNew(version: Int(version), newest: 2)
        #expect(failure(of: versioned(version)) == newest)
        #expect(failure(of: Array(versioned(version).prefix(12))) == newest)
        #expect(failure(of: versioned(version) + [1, 2, 3]) == newest)
    }

    @Test func `version 1 is read, and known for an older one`() throws {
        var bytes = Array(versioned(1).prefix(DirectoryFormat.Layout.crc.lowerBound))
        bytes.append(bigEndian: CRC32C.checksum(of: bytes.rawSpan))
        let old = try DirectoryFormat(bytes.rawSpan)
        #expect(old.directoryID == format.directoryID)
        #expect(!old.isCurrent && format.isCurrent)
        #expect(failure(of: versioned(1)) != nil, "its checksum is another one")
    }

    @Test func `version 0 is too old`() {
        #expect(failure(of: versioned(0)) == .tooOld(version: 0, oldest: 1))
    }
}
