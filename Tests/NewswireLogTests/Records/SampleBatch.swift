import NewswireLog
import NewswireTesting

/// A record as a test says it, and as it compares it.
struct SampleRecord: Equatable {
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [SampleHeader] = []
    var timestamp: Int64 = 1000
}

extension SampleRecord {
    /// Anything that a record can be.
    static func random(using random: inout SeededRandom) -> SampleRecord {
        SampleRecord(
            key: .randomOrNil(using: &random), value: .randomOrNil(using: &random),
            headers: (0..<Int.random(in: 0...2, using: &random)).map { number in
                SampleHeader(name: "name \(number)", value: .randomOrNil(using: &random))
            },
            timestamp: Bool.random(using: &random) ? 5 : .random(in: -1 ... .max, using: &random))
    }
}

extension [UInt8]? {
    static func randomOrNil(using random: inout SeededRandom) -> [UInt8]? {
        guard Int.random(in: 0...3, using: &random) > 0 else { return nil }
        let count = Int.random(in: 0...(1 << Int.random(in: 0...9, using: &random)), using: &random)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}

struct SampleHeader: Equatable {
    var name: String
    var value: [UInt8]?
}

/// What came out of a reader.
struct ReadRecord: Equatable {
    var offset: Int64
    var record: SampleRecord
}

/// How a test seals its batch.
struct SampleSeal {
    var codec = CompressionCodec.none
    var gzipLevel = -1
    var logAppendTime: Timestamp?
    var producer: ProducerIdentity?
    var kind = BatchKind.data
    var baseOffset = Offset.zero
    var leaderEpoch: Int32 = 0
}

extension RecordBatchBuilder {
    mutating func append(_ sample: SampleRecord) -> Bool {
        var headers = RecordHeaders()
        for header in sample.headers { headers.append(name: header.name, value: header.value) }
        return append(
            key: sample.key, value: sample.value, headers: headers,
            timestamp: Timestamp(milliseconds: sample.timestamp))
    }

    mutating func seal(_ how: SampleSeal) throws(BatchFailure) {
        try seal(
            codec: how.codec, gzipLevel: how.gzipLevel, logAppendTime: how.logAppendTime,
            producer: how.producer, kind: how.kind)
        stamp(baseOffset: how.baseOffset, leaderEpoch: how.leaderEpoch)
    }
}

/// The bytes of a batch of `records`.
func sampleBatch(_ records: [SampleRecord], _ how: SampleSeal = .init()) throws -> [UInt8] {
    var builder = RecordBatchBuilder()
    for record in records { _ = builder.append(record) }
    try builder.seal(how)
    return [UInt8](copying: builder.encoded)
}

/// `count` records with rising keys.
func sampleRecords(_ count: Int, valueByteCount: Int = 100) -> [SampleRecord] {
    (0..<count).map { number in
        SampleRecord(
            key: Array("key \(number)".utf8),
            value: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: valueByteCount),
            timestamp: 1000 + Int64(number))
    }
}

/// Patches bytes of a batch and makes its checksum right again.
func patched(_ batch: [UInt8], at position: Int, _ bytes: [UInt8]) -> [UInt8] {
    var result = batch
    result.replaceSubrange(position..<position + bytes.count, with: bytes)
    return withChecksum(result)
}

/// The batch with the checksum that its bytes have.
func withChecksum(_ batch: [UInt8]) -> [UInt8] {
    let start = RecordBatchLayout.checksummedStart
    var crc: [UInt8] = []
    crc.append(bigEndian: CRC32C.checksum(of: batch.rawSpan.extracting(start..<batch.count)))
    return Array(batch[..<RecordBatchLayout.crc.lowerBound]) + crc + batch[start...]
}

/// A batch with exactly these bytes as records, whatever they are.
func rawBatch(
    recordBytes: [UInt8], recordCount: Int32, lastOffsetDelta: Int32,
    attributes: BatchAttributes = .plain
) -> [UInt8] {
    var header = RecordBatchHeader()
    header.byteCount = RecordBatchHeader.byteCount + recordBytes.count
    header.recordCount = recordCount
    header.lastOffsetDelta = lastOffsetDelta
    header.attributes = attributes
    return withChecksum(encoded(header) + recordBytes)
}

/// The bytes of a header.
func encoded(_ header: RecordBatchHeader) -> [UInt8] {
    var buffer = PageBuffer(byteCapacity: RecordBatchHeader.byteCount)
    var target = buffer.mutableBytes
    header.write(to: &target)
    return [UInt8](copying: buffer.bytes.extracting(0..<RecordBatchHeader.byteCount))
}

/// The source that test readers name in their failures.
let sampleSource = BatchSource(partition: TopicPartition("orders", 3), path: "orders-3/0.log")

/// Reads all records of `bytes`.
func readAll(
    _ bytes: [UInt8], from: Int64 = 0, _ options: RecordReaderOptions = .init()
) throws(LogFailure) -> [ReadRecord] {
    var reader = RecordReader(
        bytes.rawSpan, source: sampleSource, position: FilePosition(4096), from: Offset(from),
        options: options)
    var result: [ReadRecord] = []
    while let view = try reader.next() {
        result.append(ReadRecord(offset: view.offset.value, record: try copy(view)))
    }
    return result
}

/// A view as a record that may be kept.
func copy(_ view: borrowing RecordView) throws(LogFailure) -> SampleRecord {
    var sample = SampleRecord()
    if let key = view.key { sample.key = [UInt8](copying: key) }
    if let value = view.value { sample.value = [UInt8](copying: value) }
    sample.timestamp = view.timestamp.milliseconds
    var headers = view.headers
    do throws(BatchFailure) {
        while let header = try headers.next() {
            var value: [UInt8]?
            if let bytes = header.value { value = [UInt8](copying: bytes) }
            sample.headers.append(SampleHeader(name: header.name, value: value))
        }
    } catch {
        throw .corrupt(sampleSource, at: .start, offset: view.offset, error)
    }
    return sample
}
