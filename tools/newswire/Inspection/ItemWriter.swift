import Newswire
import NewswireLog

/// Writes items in any of the formats.
///
/// JSON objects say their type and their file. A table begins anew, with its titles, whenever the
/// file or the kind of item changes. Comma-separated values are of one kind only.
struct ItemWriter {
    let format: OutputFormat
    private let output: StandardOutput
    private let messages: Messages
    private let recordLines: RecordLineWriter
    private let recordRows: RecordRow
    private var json = JSONWriter()
    private var rows: RowWriter?
    private var rowsOf: (path: String, columns: [Column])?
    private var hasWritten = false
    /// Whether damage was among the items.
    private(set) var foundDamage = false

    init(_ invocation: Invocation, format: OutputFormat, encoding: RecordEncoding) {
        self.format = format
        output = invocation.output
        messages = invocation.messages
        recordLines = RecordLineWriter(encoding: encoding)
        recordRows = RecordRow(writer: recordLines, format: format)
    }

    private var isJSON: Bool { format == .json || format == .jsonl }

    /// Writes an item of the file at `path`.
    mutating func write(_ item: Item, of path: String) throws {
        if isJSON {
            beginObject(item.kind.type)
            json.name("path")
            json.string(path)
            writeMembers(item.kind.columns, item.cells)
            try endObject()
        } else {
            try writeRow(item.kind.columns, item.cells, of: path)
        }
    }

    /// Writes a record of the file at `path`.
    ///
    /// - Throws: ``BatchFailure`` when its headers are damaged: then nothing was written.
    mutating func write(
        _ record: RecordView, from origin: RecordLineWriter.Origin, in batch: RecordBatchHeader,
        of path: String
    ) throws {
        let extras = Item.extras(of: record, in: batch)
        if isJSON {
            beginObject("record")
            try recordLines.writeMembers(of: record, from: origin, to: &json)
            writeMembers(Item.Kind.recordExtras, extras)
            try endObject()
        } else {
            let columns = RecordRow.columns(in: format) + Item.Kind.recordExtras
            let cells = try recordRows.cells(of: record, from: origin)
            try writeRow(columns, cells + extras, of: path)
        }
    }

    /// Writes damage: among the items in JSON, else to standard error.
    mutating func write(_ damage: Damage) throws {
        foundDamage = true
        guard isJSON else { return messages.error(damage.sentence) }
        beginObject("damage")
        writeMembers(Damage.columns, damage.cells)
        try endObject()
    }

    /// Writes what is left: to be called once, at the end.
    mutating func finish() throws {
        try finishRows()
        if format == .json { try output.write(hasWritten ? "]\n" : "[]\n") }
        try output.flush()
    }

    // MARK: JSON

    private mutating func beginObject(_ type: String) {
        json.reset()
        json.beginObject()
        json.name("type")
        json.string(type)
    }

    private mutating func writeMembers(_ columns: [Column], _ cells: [Cell]) {
        for (column, cell) in zip(columns, cells) {
            json.name(column.name)
            json.cell(cell)
        }
    }

    private mutating func endObject() throws {
        json.endObject()
        if format == .json { try output.write(hasWritten ? ",\n" : "[") }
        try output.write(json.bytes.rawSpan)
        if format == .jsonl { try output.write("\n") }
        hasWritten = true
    }

    // MARK: Rows

    private mutating func writeRow(
        _ columns: [Column], _ cells: [Cell], of path: String
    ) throws {
        if let rowsOf, format == .csv, rowsOf.columns != columns {
            throw CommandFailure.misuse(
                "\(path) holds other things than what came before it, which does not fit into one"
                    + " list of comma-separated values; use --output jsonl, or name one file")
        }
        let isNew = rowsOf?.columns != columns || (format == .table && rowsOf?.path != path)
        if isNew { try beginRows(columns, of: path) }
        try rows?.write(cells)
    }

    private mutating func beginRows(_ columns: [Column], of path: String) throws {
        try finishRows()
        if format == .table { try output.write(rowsOf == nil ? "\(path)\n" : "\n\(path)\n") }
        rowsOf = (path, columns)
        rows = RowWriter(columns, format: format, output: output)
    }

    private mutating func finishRows() throws {
        try rows?.finish()
        rows = nil
    }
}
