/// The table for people; a row is printed as soon as it is known.
enum ResultTable {
    private static let widths = [15, 40, 12, 28, 9, 21, 8, 12]
    private static let limitWidths = [44, 12, 24]

    static let header = row([
        "case", "parameters", "unit", "engine (min - max)", "floor", "ratio (min - max)",
        "by CPU", "allocations",
    ])

    static let limitHeader = row(["limit", "median", "minimum - maximum"], widths: limitWidths)

    static func row(of result: Measurement) -> String {
        let unit = result.unit
        return row([
            result.caseName, result.parameters.description, unit.rawValue,
            Figures.text(result.engine, unit),
            result.floor.map { Figures.text($0.median, unit) } ?? "-",
            result.ratio.map { Figures.text(ratio: $0) } ?? "-",
            result.processorRatio.map { Figures.decimal($0.median, places: 2) } ?? "-",
            result.allocations.map { Figures.decimal($0, places: 2) } ?? "-",
        ])
    }

    /// What a row found out besides; nil when that is nothing.
    static func details(of result: Measurement) -> String? {
        guard !result.details.isEmpty else { return nil }
        let texts = result.details.map { "\($0.name) \(Figures.text($0.value, $0.unit))" }
        return row(["", texts.joined(separator: ", ")])
    }

    /// One limit of the machine.
    static func row(of limit: LimitResult) -> String {
        let values = limit.values
        let texts = [values.median, values.minimum, values.maximum].map(limit.text)
        return row([limit.name, texts[0], "\(texts[1]) - \(texts[2])"], widths: limitWidths)
    }

    /// Columns of fixed width; a cell that is too wide pushes the others.
    static func row(_ cells: [String], widths: [Int] = widths) -> String {
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(1, width - cell.count))
        }
        return String(padded.joined().reversed().drop { $0 == " " }.reversed())
    }
}
