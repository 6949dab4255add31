import NewswireLog
import Testing

@Suite struct PageBufferTests {
    @Test func `a buffer is whole pages of zeros`() {
        let buffer = PageBuffer(byteCapacity: 5000)
        let bytes = [UInt8](copying: buffer.bytes)
        #expect(bytes.count == 8192)
        #expect(bytes.allSatisfy { $0 == 0 })
    }

    @Test func `growing keeps the contents and zeroes the rest`() {
        var buffer = PageBuffer(byteCapacity: 1)
        let before = buffer.byteCapacity
        var target = buffer.mutableBytes
        target.store(bigEndian: UInt64.max, at: before - 8)
        buffer.grow(to: before + 1)
        let bytes = [UInt8](copying: buffer.bytes)
        #expect(bytes.count == 2 * before)
        #expect(bytes[before - 8..<before].allSatisfy { $0 == 0xff })
        #expect(bytes[before...].allSatisfy { $0 == 0 })
    }

    @Test func `growing to less changes nothing`() {
        var buffer = PageBuffer(byteCapacity: 8192)
        buffer.grow(to: 1)
        let byteCapacity = buffer.byteCapacity
        #expect(byteCapacity == 8192)
    }
}
