import Newswire
import NewswireLog

/// A record as a row of a table or of comma-separated values.
struct RecordRow {
    /// Comma-separated values have a column for each spelling of a field, so that nothing is lost.
    static func columns(in format: OutputFormat) -> [Column] {
        let fields =
            format == .csv
            ? ["key", "keyBase64", "value", "valueBase64", "headers"] : ["key", "value", "headers"]
        return (["topic", "partition", "offset", "timestamp", "timestampType"] + fields)
            .map(Column.init)
    }

    let writer: RecordLineWriter
    let format: OutputFormat

    /// The cells of a record, one for each of ``columns(in:)``.
    func cells(
        of record: RecordView, from origin: RecordLineWriter.Origin
    ) throws(BatchFailure) -> [Cell] {
        var headers = JSONWriter()
        try writer.writeHeaders(of: record, to: &headers)
        let isTable = format == .table
        let time: Cell =
            isTable && record.timestamp >= Timestamp(milliseconds: 0)
            ? .text(record.timestamp.iso8601) : .integer(record.timestamp.milliseconds)
        var cells: [Cell] = [
            .optional(origin.partition?.topic),
            origin.partition.map { .count($0.partition) } ?? .null,
            .integer(record.offset.value), time, .text(origin.timestampType.rawValue),
        ]
        cells += isTable ? [shown(record.key)] : spellings(record.key)
        cells += isTable ? [shown(record.value)] : spellings(record.value)
        return cells + [.json(headers.bytes)]
    }

    /// For people: as text, whatever the bytes are.
    private func shown(_ bytes: RawSpan?) -> Cell {
        guard let bytes else { return .null }
        let text = writer.encoding == .base64 ? Base64.encode(bytes) : [UInt8](copying: bytes)
        return .text(String(decoding: text, as: UTF8.self))
    }

    /// For programs: as text or as base64, the other one is null.
    private func spellings(_ bytes: RawSpan?) -> [Cell] {
        guard let bytes else { return [.null, .null] }
        if writer.encoding == .utf8, UTF8Check.isValid(bytes) {
            return [.text(String(decoding: [UInt8](copying: bytes), as: UTF8.self)), .null]
        }
        return [.null, .text(String(decoding: Base64.encode(bytes), as: UTF8.self))]
    }
}
