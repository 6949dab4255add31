import NewswireLog
import NewswireTesting
import Testing

@Suite struct RecordReaderTests {
    @Test func `what was appended is read back`() throws {
        let records = [
            SampleRecord(key: nil, value: nil),
            SampleRecord(key: [], value: [], timestamp: 5),
            SampleRecord(
                key: [1], value: [UInt8](repeating: 7, count: 70_000),
                headers: [
                    SampleHeader(name: "type", value: Array("Order".utf8)),
                    SampleHeader(name: "", value: nil), SampleHeader(name: "naïve", value: []),
                ], timestamp: .max),
            SampleRecord(key: [2, 3], value: nil, timestamp: .min),
        ]
        let bytes = try sampleBatch(records, SampleSeal(baseOffset: Offset(70)))
        let read = try readAll(bytes)
        #expect(read.map(\.record) == records)
        #expect(read.map(\.offset) == [70, 71, 72, 73])
    }

    @Test(arguments: [CompressionCodec.none, .gzip])
    func `several batches are one run`(codec: CompressionCodec) throws {
        var bytes: [UInt8] = []
        for first in stride(from: 0, to: 300, by: 100) {
            let how = SampleSeal(codec: codec, baseOffset: Offset(Int64(first)))
            bytes += try sampleBatch(sampleRecords(100), how)
        }
        #expect(try readAll(bytes).map(\.offset) == Array(0..<300))
        #expect(try readAll(bytes, from: 150).map(\.offset) == Array(150..<300))
        #expect(try readAll(bytes, from: 300).isEmpty)
    }

    @Test func `no bytes hold no records`() throws {
        #expect(try readAll([]).isEmpty)
    }
}
