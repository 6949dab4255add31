import NewswireLog
import NewswireTesting
import Testing

struct RedoHeadTests {
    static let directoryID = TopicID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)

    static func head(_ generation: UInt64, entries: Int = 3, isClean: Bool = true) -> RedoHead {
        RedoHead(
            directoryID: directoryID, generation: generation, isClean: isClean,
            wallClock: Timestamp(milliseconds: 1_700_000_000_000),
            entries: (0..<entries).map(entry))
    }

    static func entry(_ number: Int) -> RedoHead.Entry {
        var entry = RedoHead.Entry(
            TopicPartition(String(repeating: "t", count: number * 83), number),
            identity: PartitionIdentity(
                id: Int64(number) << 32, topicID: TopicID(high: UInt64(number), low: .max)))
        entry.logStartOffset = Offset(Int64(number))
        entry.recoveryPoint = Offset(Int64(number) + 100)
        entry.recoverySegment = Offset(Int64(number) + 50)
        entry.recoveryPosition = FilePosition(number + 4711)
        entry.leaderEpoch = Int32(number) - 1
        return entry
    }

    @Test(arguments: [0, 1, 2, 3, 100])
    func `a head is read as it is written`(entries: Int) throws {
        for isClean in [false, true] {
            let head = Self.head(7, entries: entries, isClean: isClean)
            #expect(try RedoHead(head.encoded.rawSpan) == head)
            #expect(head.encoded.count % 4096 == 0)
        }
    }

    @Test func `any bit that changes is noticed`() throws {
        let head = Self.head(7)
        let bytes = head.encoded
        // The padding behind the checksum means nothing.
        let used = bytes.lastIndex { $0 != 0 } ?? 0
        for bit in 0...used * 8 + 7 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: FormatFailure.self, "bit \(bit)") { try RedoHead(changed.rawSpan) }
        }
    }

    @Test func `any cut is noticed`() throws {
        let bytes = Self.head(7).encoded
        let used = bytes.lastIndex { $0 != 0 } ?? 0
        for count in 0...used {
            let cut = Array(bytes[..<count])
            #expect(throws: FormatFailure.self, "\(count) bytes") { try RedoHead(cut.rawSpan) }
        }
        #expect(throws: Never.self) { try RedoHead(Array(bytes[...used]).rawSpan) }
    }

    @Test func `a later and an earlier version are different failures`() throws {
        #expect(throws: FormatFailure.tooNew(version: 3, newest: 2)) {
            try RedoHead(version(3).rawSpan)
        }
        #expect(throws: FormatFailure.tooOld(version: 0, oldest: 1)) {
            try RedoHead(version(0).rawSpan)
        }
    }

    private func version(_ number: UInt8) -> [UInt8] {
        var bytes = Self.head(7).encoded
        bytes[RedoHead.Layout.version.upperBound - 1] = number
        return Self.withChecksum(bytes)
    }

    @Test func `a version that no checksum covers is damage`() {
        // One bit of the version kept the whole directory from being opened.
        var bytes = Self.head(7).encoded
        bytes[RedoHead.Layout.version.upperBound - 1] = 3
        #expect {
            try RedoHead(bytes.rawSpan)
        } throws: { error in
            guard case .damaged? = error as? FormatFailure else { return false }
            return true
        }
    }

    static let outOfRange: [(Range<Int>, Int64)] = [
        (RedoHead.EntryLayout.logStartOffset, -1), (RedoHead.EntryLayout.recoveryPoint, Int64.min),
        (RedoHead.EntryLayout.recoverySegment, -1), (RedoHead.EntryLayout.recoveryPosition, -1),
        // Behind these no batch fits: the next offset would overflow.
        (RedoHead.EntryLayout.recoveryPoint, Int64.max),
        (RedoHead.EntryLayout.logStartOffset, Int64.max - Int64(UInt32.max) + 1),
    ]

    @Test(arguments: outOfRange)
    func `numbers out of range are refused, whatever the checksum says`(
        field: Range<Int>, value: Int64
    ) throws {
        var bytes = Self.head(7, entries: 1).encoded
        let start = RedoHead.Layout.headerByteCount + field.lowerBound
        for (place, shift) in stride(from: 56, through: 0, by: -8).enumerated() {
            bytes[start + place] = UInt8(truncatingIfNeeded: value >> Int64(shift))
        }
        #expect(throws: FormatFailure.self) { try RedoHead(Self.withChecksum(bytes).rawSpan) }
    }

    @Test func `more entries than there are bytes are refused`() throws {
        for count: UInt8 in [4, 255] {
            var bytes = Self.head(7).encoded
            bytes[RedoHead.Layout.entryCount.upperBound - 1] = count
            #expect(throws: FormatFailure.self) { try RedoHead(Self.withChecksum(bytes).rawSpan) }
            bytes[RedoHead.Layout.entryCount.lowerBound] = 0xff
            #expect(throws: FormatFailure.self) { try RedoHead(Self.withChecksum(bytes).rawSpan) }
        }
    }

    /// The head with the checksum that its bytes have.
    static func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
        let field = RedoHead.Layout.byteCount
        let byteCount = bytes[field].reduce(0) { $0 << 8 | Int($1) }
        var result = Array(bytes[..<(byteCount - 4)])
        result.append(bigEndian: CRC32C.checksum(of: result.rawSpan))
        return result + bytes[byteCount...]
    }
}
