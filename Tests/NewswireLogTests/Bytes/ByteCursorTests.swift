import NewswireLog
import NewswireTesting
import Testing

@Suite struct ByteCursorTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a varint reads back what was written`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<10_000 {
            let value = Int64.random(in: .min ... .max, using: &random) >> Int64(step % 64)
            var bytes: [UInt8] = []
            bytes.append(varint: value)
            #expect(bytes.count == Varint.byteCount(value), "seed \(seed), step \(step)")
            #expect(try varint(bytes) == value, "seed \(seed), step \(step)")
        }
    }

    @Test(arguments: [0, 1, -1, 63, -64, 64, 8191, -8192, 8192, .max, .min] as [Int64])
    func `a varint at a border reads back`(value: Int64) throws {
        var bytes: [UInt8] = []
        bytes.append(varint: value)
        #expect(try varint(bytes) == value)
        #expect(bytes.count == Varint.byteCount(value))
    }

    @Test func `a varint that ends early is truncated, wherever it is cut`() {
        var bytes: [UInt8] = []
        bytes.append(varint: .min)
        for count in 0..<bytes.count {
            #expect(throws: ByteFailure.truncated(at: 0)) { try varint(Array(bytes[..<count])) }
        }
    }

    @Test func `a varint of too many bytes or bits is refused`() {
        let tooLong = [UInt8](repeating: 0x80, count: 10) + [0]
        let tooLarge = [UInt8](repeating: 0xff, count: 9) + [2]
        #expect(throws: ByteFailure.badVarint(at: 0)) { try varint(tooLong) }
        #expect(throws: ByteFailure.badVarint(at: 0)) { try varint(tooLarge) }
    }

    @Test func `a varint of 32 bits has 32 bits`() throws {
        for value in [Int64(Int32.min), -1, 0, Int64(Int32.max)] {
            var bytes: [UInt8] = []
            bytes.append(varint: value)
            #expect(try varint32(bytes) == Int32(value))
        }
        for value in [Int64(Int32.min) - 1, Int64(Int32.max) + 1, .max] {
            var bytes: [UInt8] = []
            bytes.append(varint: value)
            #expect(throws: ByteFailure.badVarint(at: 0)) { try varint32(bytes) }
        }
    }

    @Test func `a failed read moves nothing`() throws {
        let bytes: [UInt8] = [0, 1, 2]
        var cursor = ByteCursor(bytes.rawSpan)
        let first = try cursor.readInteger(UInt16.self)
        let failures = [
            failure { () throws(ByteFailure) in _ = try cursor.readInteger(UInt16.self) },
            failure { () throws(ByteFailure) in _ = try cursor.readBytes(2) },
            failure { () throws(ByteFailure) in _ = try cursor.readBytes(-1) },
            failure { () throws(ByteFailure) in _ = try cursor.readBytes(.max) },
        ]
        let truncated = ByteFailure.truncated(at: 2)
        #expect(failures == [truncated, truncated, .badLength(at: 2), truncated])
        let last = try cursor.readInteger(UInt8.self)
        let remaining = cursor.remainingByteCount
        #expect((first, last, remaining) == (1, 2, 0))
    }

    private func varint(_ bytes: [UInt8]) throws(ByteFailure) -> Int64 {
        var cursor = ByteCursor(bytes.rawSpan)
        return try cursor.readVarint()
    }

    private func varint32(_ bytes: [UInt8]) throws(ByteFailure) -> Int32 {
        var cursor = ByteCursor(bytes.rawSpan)
        return try cursor.readVarint32()
    }

    private func failure(_ body: () throws(ByteFailure) -> Void) -> ByteFailure? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
