import NewswireLog
import Testing

@Suite struct RawSpanIntegersTests {
    @Test func `integers are stored and read most significant byte first`() {
        var buffer = PageBuffer(byteCapacity: 32)
        var target = buffer.mutableBytes
        target.store(bigEndian: Int16(-2), at: 0)
        target.store(bigEndian: UInt32(0x0102_0304), at: 3)
        target.store(bigEndian: Int64.min + 1, at: 7)
        target.store([9, 8, 7].rawSpan, at: 15)
        let stored = [UInt8](copying: buffer.bytes.extracting(0..<18))
        #expect(stored == [0xff, 0xfe, 0, 1, 2, 3, 4, 0x80, 0, 0, 0, 0, 0, 0, 1, 9, 8, 7])
        let read = (
            buffer.bytes.bigEndian(Int16.self, at: 0), buffer.bytes.bigEndian(UInt32.self, at: 3),
            buffer.bytes.bigEndian(Int64.self, at: 7)
        )
        #expect(read == (-2, 0x0102_0304, Int64.min + 1))
    }

    @Test func `arrays grow by integers, varints and spans`() {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Int32(-2))
        bytes.append(bigEndian: UInt8(7))
        bytes.append(varint: -65)
        bytes.append([1, 2].rawSpan)
        #expect(bytes == [0xff, 0xff, 0xff, 0xfe, 7, 0x81, 0x01, 1, 2])
    }

    @Test func `spans are compared by their bytes`() {
        let bytes: [UInt8] = [1, 2, 3, 1, 2]
        let span = bytes.rawSpan
        let equal = span.extracting(0..<2).hasSameBytes(as: span.extracting(3..<5))
        let longer = span.extracting(0..<3).hasSameBytes(as: span.extracting(3..<5))
        let other = span.extracting(1..<3).hasSameBytes(as: span.extracting(3..<5))
        #expect((equal, longer, other) == (true, false, false))
    }

    @Test func `reading past the end traps`() async {
        await #expect(processExitsWith: .failure) {
            _ = [1, 2, 3].rawSpan.bigEndian(Int32.self, at: 0)
        }
    }

    @Test func `storing past the end traps`() async {
        await #expect(processExitsWith: .failure) {
            var buffer = PageBuffer(byteCapacity: 1)
            let end = buffer.byteCapacity
            var target = buffer.mutableBytes
            target.store([1, 2].rawSpan, at: end - 1)
        }
    }
}
