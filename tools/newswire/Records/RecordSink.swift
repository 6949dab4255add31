import Newswire
import NewswireLog

/// Writes records in the format that was asked for.
struct RecordSink {
    private enum Form {
        case plain(PlainRecordWriter)
        case lines(RecordLineWriter)
        case rows(RecordRow, RowWriter)
    }

    private let format: OutputFormat?
    private let output: StandardOutput
    private var form: Form
    private var text: [UInt8] = []
    private var json = JSONWriter()
    /// How many records were written.
    private(set) var count: Int64 = 0

    /// Writes in `format`, plainly when it is nil.
    init(_ format: OutputFormat?, plain: PlainRecordWriter, output: StandardOutput) {
        self.format = format
        self.output = output
        let lines = RecordLineWriter(encoding: plain.encoding)
        switch format {
        case nil: form = .plain(plain)
        case .json, .jsonl: form = .lines(lines)
        case .table, .csv:
            let format = format ?? .table
            form = .rows(
                RecordRow(writer: lines, format: format),
                RowWriter(RecordRow.columns(in: format), format: format, output: output))
        }
    }

    /// Writes a record.
    ///
    /// - Throws: ``BatchFailure`` when its headers are damaged: then nothing was written.
    mutating func write(_ record: RecordView, from origin: RecordLineWriter.Origin) throws {
        switch form {
        case .plain(let writer):
            text.removeAll(keepingCapacity: true)
            writer.write(record, to: &text)
            try output.write(text.rawSpan)
        case .lines(let writer):
            json.reset()
            json.beginObject()
            try writer.writeMembers(of: record, from: origin, to: &json)
            json.endObject()
            if format == .json { try output.write(count == 0 ? "[" : ",\n") }
            if format == .jsonl { json.endLine() }
            try output.write(json.bytes.rawSpan)
        case .rows(let row, var rows):
            try rows.write(try row.cells(of: record, from: origin))
            form = .rows(row, rows)
        }
        count += 1
    }

    /// Hands everything to the system: nothing more may come for a long time.
    mutating func flush() throws {
        if case .rows(let row, var rows) = form {
            try rows.flush()
            form = .rows(row, rows)
        }
        try output.flush()
    }

    /// Writes what is left: to be called once, at the end.
    mutating func finish() throws {
        if case .rows(let row, var rows) = form {
            try rows.finish()
            form = .rows(row, rows)
        }
        if format == .json { try output.write(count == 0 ? "[]\n" : "]\n") }
        try output.flush()
    }
}
