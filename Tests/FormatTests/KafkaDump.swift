import NewswireLog

/// What Kafka's `DumpLogSegments` has to print of a file, as our reader sees the file.
///
/// Of a log: `--deep-iteration --print-data-log`. Of an index: its slots, and nothing about faults.
enum KafkaDump {
    /// The lines about a log, without the line that names the file.
    static func lines(ofLog segment: SegmentFiles) throws -> [String] {
        let bytes = try segment.bytes(of: .log)
        var options = RecordReaderOptions()
        options.includesControlRecords = true
        var reader = RecordReader(
            bytes.rawSpan, source: BatchSource(partition: nil, path: segment.log),
            position: .start, from: .zero, options: options)
        var lines = ["Log starting offset: \(segment.baseOffset)"]
        while let batch = try reader.nextBatch() {
            lines.append(line(of: batch, at: reader.batchPosition))
            while let record = try reader.nextOfBatch() {
                let ordinal = Int32(record.offset - batch.baseOffset)
                lines.append(try line(of: record, ordinal, in: batch))
            }
        }
        return lines
    }

    private static func line(of batch: RecordBatchHeader, at position: FilePosition) -> String {
        let attributes = batch.attributes
        let horizon = attributes.hasDeleteHorizon ? "[\(batch.baseTimestamp)]" : ".empty"
        return [
            "baseOffset: \(batch.baseOffset) lastOffset: \(batch.lastOffset)",
            "count: \(batch.recordCount) baseSequence: \(batch.baseSequence)",
            "lastSequence: \(batch.lastSequence) producerId: \(batch.producerId)",
            "producerEpoch: \(batch.producerEpoch) partitionLeaderEpoch: \(batch.leaderEpoch)",
            "isTransactional: \(attributes.isTransactional) isControl: \(attributes.isControl)",
            "deleteHorizonMs: OptionalLong\(horizon) position: \(position)",
            "\(attributes.timestampType.rawValue): \(batch.maxTimestamp) size: \(batch.byteCount)",
            "magic: \(batch.magic) compresscodec: \(attributes.codec?.name ?? "unknown")",
            "crc: \(batch.crc) isvalid: true",
        ].joined(separator: " ")
    }

    private static func line(
        of view: borrowing RecordView, _ ordinal: Int32, in batch: RecordBatchHeader
    ) throws -> String {
        let record = try GoldenRecord(view)
        let names = record.headers.map { text($0.name) }.joined(separator: ",")
        let sequence =
            batch.baseSequence < 0
            ? -1 : ProducerIdentity.sequence(batch.baseSequence, plus: ordinal)
        var line =
            "| offset: \(view.offset) \(batch.attributes.timestampType.rawValue):"
            + " \(view.timestamp) keySize: \(record.key?.count ?? -1)"
            + " valueSize: \(record.value?.count ?? -1) sequence: \(sequence)"
            + " headerKeys: [\(names)]"
        if batch.attributes.isControl {
            return line + " " + marker(try ControlRecord(key: view.key, value: view.value))
        }
        if let key = record.key { line += " key: " + text(key) }
        if let value = record.value { line += " payload: " + text(value) }
        return line
    }

    private static func marker(_ record: ControlRecord) -> String {
        switch record {
        case .abort(let epoch), .commit(let epoch):
            "endTxnMarker: \(record.name) coordinatorEpoch: \(epoch)"
        case .other: record.name
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// The lines about an offset index, without the line that names the file.
    static func lines(ofOffsetIndex segment: SegmentFiles) throws -> [String] {
        let slots = try segment.bytes(of: .offsetIndex)
        if slots.isEmpty { return [emptyLine(segment.path(of: .offsetIndex))] }
        return (0..<OffsetIndex.slotCount(of: slots.rawSpan)).map { number in
            let slot = OffsetIndex.slot(number, of: slots.rawSpan)
            let offset = segment.baseOffset + Int64(slot.relativeOffset)
            return "offset: \(offset) position: \(slot.position)"
        }
    }

    /// What it says instead of checking an offset index without slots.
    static func emptyLine(_ file: String) -> String { "\(file) is empty." }

    /// The lines about a time index, without the line that names the file.
    static func lines(ofTimeIndex segment: SegmentFiles) throws -> [String] {
        let slots = try segment.bytes(of: .timeIndex)
        return (0..<TimeIndex.slotCount(of: slots.rawSpan)).map { number in
            let slot = TimeIndex.slot(number, of: slots.rawSpan)
            let offset = segment.baseOffset + Int64(slot.relativeOffset)
            return "timestamp: \(slot.timestamp) offset: \(offset)"
        }
    }
}
