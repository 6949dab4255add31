import Newswire
import NewswireLog

/// Writes rows in any of the formats.
///
/// It holds a bounded number of rows: a table is aligned by its first ones, and goes on with their
/// widths.
struct RowWriter {
    private static let alignedRowsMax = 1000

    private let format: OutputFormat
    private let columns: [Column]
    private let output: StandardOutput
    private var table: TableLayout
    private var json = JSONWriter()
    private var rowCount = 0

    init(_ columns: [Column], format: OutputFormat, output: StandardOutput) {
        self.format = format
        self.columns = columns
        self.output = output
        table = TableLayout(columns.map(\.title))
    }

    /// Writes a row: a cell for each column.
    mutating func write(_ row: [Cell]) throws(OutputFailure) {
        precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
        rowCount += 1
        switch format {
        case .table:
            table.add(row)
            if table.rowCount >= Self.alignedRowsMax { try output.write(table.takeText()) }
        case .jsonl: try writeJSON(row, end: "\n")
        case .json: try writeJSON(row, begin: rowCount == 1 ? "[" : ",\n")
        case .csv:
            if rowCount == 1 { try writeNames() }
            try output.write(CSVText.line(row.map(CSVText.field)))
        }
    }

    /// Hands what was written so far to the system; a table keeps its widths from then on.
    mutating func flush() throws(OutputFailure) {
        if format == .table, rowCount > 0 { try output.write(table.takeText()) }
        try output.flush()
    }

    /// Writes what is left: to be called once, at the end.
    mutating func finish() throws(OutputFailure) {
        switch format {
        case .table: try output.write(table.takeText())
        case .jsonl: break
        case .json: try output.write(rowCount == 0 ? "[]\n" : "]\n")
        case .csv: if rowCount == 0 { try writeNames() }
        }
        try output.flush()
    }

    private func writeNames() throws(OutputFailure) {
        try output.write(CSVText.line(columns.map { CSVText.field(.text($0.name)) }))
    }

    private mutating func writeJSON(
        _ row: [Cell], begin: String = "", end: String = ""
    ) throws(OutputFailure) {
        json.reset()
        json.beginObject()
        for (column, cell) in zip(columns, row) {
            json.name(column.name)
            json.cell(cell)
        }
        json.endObject()
        try output.write(begin)
        try output.write(json.bytes.rawSpan)
        try output.write(end)
    }
}

extension JSONWriter {
    /// Any value of a row.
    mutating func cell(_ cell: Cell) {
        switch cell {
        case .text(let text): string(text)
        case .integer(let number): integer(number)
        case .boolean(let isTrue): boolean(isTrue)
        case .null: null()
        case .json(let text): value(text.rawSpan)
        }
    }
}
