/// Rows as aligned text: numbers to the right, all else to the left.
struct TableLayout {
    private let titles: [String]
    private var rows: [[Cell]] = []
    // Nil until the first rows were written: what follows keeps their widths.
    private var widths: [Int]?

    init(_ titles: [String]) { self.titles = titles }

    /// How many rows wait to be written.
    var rowCount: Int { rows.count }

    mutating func add(_ row: [Cell]) { rows.append(row) }

    /// The text of the rows that wait, the first time with the titles before them.
    mutating func takeText() -> String {
        let cells = rows.map { $0.map(Self.text) }
        let isFirst = widths == nil
        let widths = widths ?? Self.widths(of: [titles] + cells)
        self.widths = widths
        let numeric = titles.indices.map { column in
            rows.contains { Self.isNumber($0[column]) }
        }
        rows.removeAll(keepingCapacity: true)
        let lines = isFirst ? [titles] + cells : cells
        return lines.map { Self.line($0, widths, numeric) }.joined()
    }

    private static func widths(of lines: [[String]]) -> [Int] {
        lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    }

    private static func line(_ cells: [String], _ widths: [Int], _ numeric: [Bool]) -> String {
        var line = ""
        for column in cells.indices {
            let cell = cells[column]
            let gap = String(repeating: " ", count: max(0, widths[column] - cell.count))
            line += column == 0 ? "" : "  "
            line += numeric[column] ? gap + cell : cell + gap
        }
        // Spaces at the end of a line serve nobody.
        let end = line.lastIndex { $0 != " " }
        return (end.map { String(line[...$0]) } ?? "") + "\n"
    }

    private static func isNumber(_ cell: Cell) -> Bool {
        if case .integer = cell { true } else { false }
    }

    private static func text(_ cell: Cell) -> String {
        switch cell {
        case .text(let text): visible(text)
        case .integer(let number): String(number)
        case .boolean(let isTrue): isTrue ? "yes" : "no"
        case .null: "-"
        case .json(let text): visible(String(decoding: text, as: UTF8.self))
        }
    }

    /// Without what would move the cursor or colour the terminal: data does not steer it.
    private static func visible(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.contains(where: isControl) else { return text }
        return scalars.map { isControl($0) ? "\u{fffd}" : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    }
}
