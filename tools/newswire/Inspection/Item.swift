import NewswireLog

/// Something that a file holds, ready to be shown.
struct Item {
    /// What it is, and with which fields.
    struct Kind: Hashable {
        /// The value of `type` in JSON.
        let type: String
        let columns: [Column]

        init(_ type: String, _ columns: String...) {
            self.type = type
            self.columns = columns.map(Column.init)
        }
    }

    let kind: Kind
    let cells: [Cell]
}

extension Item.Kind {
    static let batch = Item.Kind(
        "batch", "position", "byteCount", "baseOffset", "lastOffset", "recordCount", "leaderEpoch",
        "magic", "crc", "codec", "timestampType", "baseTimestamp", "maxTimestamp",
        "hasDeleteHorizon", "producerId", "producerEpoch", "baseSequence", "isTransactional",
        "isControl")
    static let offsetSlot = Item.Kind("slot", "slot", "offset", "position")
    static let timeSlot = Item.Kind("slot", "slot", "timestamp", "offset")
    static let transactionSlot = Item.Kind(
        "slot", "slot", "producerId", "firstOffset", "lastOffset", "lastStableOffset")
    static let producer = Item.Kind(
        "entry", "producerId", "producerEpoch", "lastSequence", "lastOffset", "offsetDelta",
        "timestamp", "coordinatorEpoch", "currentTransactionFirstOffset")
    static let leaderEpoch = Item.Kind("entry", "leaderEpoch", "startOffset")
    static let checkpoint = Item.Kind("entry", "topic", "partition", "offset")
    static let property = Item.Kind("entry", "name", "value")
    static let head = Item.Kind(
        "entry", "generation", "isClean", "timestamp", "topic", "partition", "partitionId",
        "topicId", "leaderEpoch", "logStartOffset", "recoveryPoint", "recoverySegment",
        "recoveryPosition")
    static let group = Item.Kind(
        "group", "sequence", "position", "byteCount", "entryCount", "batchByteCount",
        "partitionCount")

    /// The columns of records behind those of their line of JSON.
    static let recordExtras = [
        "producerId", "producerEpoch", "sequence", "isTransactional", "isControl", "controlType",
        "codec",
    ].map(Column.init)
}

extension Item {
    /// A batch at `position` of its file.
    static func batch(_ header: RecordBatchHeader, at position: FilePosition) -> Item {
        let attributes = header.attributes
        return Item(
            kind: .batch,
            cells: [
                .count(position.value), .count(header.byteCount),
                .integer(header.baseOffset.value), .integer(header.lastOffset.value),
                .integer(Int64(header.recordCount)), .integer(Int64(header.leaderEpoch)),
                .integer(Int64(header.magic)), .integer(Int64(header.crc)),
                .text(codecName(of: attributes)), .text(attributes.timestampType.rawValue),
                .integer(header.baseTimestamp.milliseconds),
                .integer(header.maxTimestamp.milliseconds), .boolean(attributes.hasDeleteHorizon),
                .integer(header.producerId), .integer(Int64(header.producerEpoch)),
                .integer(Int64(header.baseSequence)), .boolean(attributes.isTransactional),
                .boolean(attributes.isControl),
            ])
    }

    /// A group at `position` of a redo file.
    static func group(_ group: RedoGroup, at position: FilePosition) -> Item {
        Item(
            kind: .group,
            cells: [
                .integer(Int64(clamping: group.sequence)), .count(position.value),
                .count(group.byteCount), .count(group.entries.count),
                .count(group.entries.reduce(0) { $0 + $1.byteCount }),
                .count(Set(group.targets.map(\.identity)).count),
            ])
    }

    /// What a head says about a partition.
    static func head(_ entry: RedoHead.Entry, of head: RedoHead) -> Item {
        Item(
            kind: .head,
            cells: [
                .integer(Int64(clamping: head.generation)), .boolean(head.isClean),
                .integer(head.wallClock.milliseconds), .text(entry.partition.topic),
                .count(entry.partition.partition), .integer(entry.identity.id),
                .text(entry.identity.topicID.description), .integer(Int64(entry.leaderEpoch)),
                .integer(entry.logStartOffset.value), .integer(entry.recoveryPoint.value),
                .integer(entry.recoverySegment.value), .count(entry.recoveryPosition.value),
            ])
    }

    /// The cells of a record for ``Kind/recordExtras``.
    static func extras(of record: RecordView, in batch: RecordBatchHeader) -> [Cell] {
        let delta = Int32(clamping: record.offset - batch.baseOffset)
        let sequence =
            batch.baseSequence >= 0
            ? ProducerIdentity.sequence(batch.baseSequence, plus: delta) : batch.baseSequence
        let attributes = batch.attributes
        return [
            .integer(batch.producerId), .integer(Int64(batch.producerEpoch)),
            .integer(Int64(sequence)), .boolean(attributes.isTransactional),
            .boolean(attributes.isControl),
            attributes.isControl ? controlType(of: record) : .null,
            .text(codecName(of: attributes)),
        ]
    }

    private static func codecName(of attributes: BatchAttributes) -> String {
        attributes.codec?.name ?? "unknown"
    }

    /// The name of what a transaction ended with; other types, and damaged ones, as they are.
    private static func controlType(of record: RecordView) -> Cell {
        do throws(BatchFailure) {
            switch try ControlRecord(key: record.key, value: record.value) {
            case .other(let type): return .integer(Int64(type))
            case let known: return .text(known.name)
            }
        } catch {
            return .null
        }
    }
}
