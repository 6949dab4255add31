/// The table for people; a row is printed as soon as it is known.
struct ResultTable {
    private static let widths = [15, 34, 38, 20, 22, 12]
    private static let limitWidths = [42, 14, 24]

    static let header = row([
        "case", "parameters", "engine: median (min - max)", "floor: median",
        "ratio (min - max)", "allocations",
    ])

    static let limitHeader = row(
        ["limit", "median", "minimum - maximum"], widths: limitWidths)

    static func row(of result: Measurement) -> String {
        let unit = result.unit
        let engine = result.engine
        return row([
            result.caseName, result.parameters.description,
            "\(Figures.text(engine.median, unit)) (\(range(engine, unit)))",
            result.floor.map { Figures.text($0.median, unit) } ?? "-",
            result.ratio.map(ratio) ?? "-",
            result.allocations.map { Figures.decimal($0, places: 2) } ?? "-",
        ])
    }

    /// One limit of the machine.
    static func row(of limit: LimitResult) -> String {
        row(
            [limit.name, limit.text(limit.values.median), limit.range], widths: limitWidths)
    }

    /// Columns of fixed width; a cell that is too wide pushes the others.
    static func row(_ cells: [String], widths: [Int] = widths) -> String {
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(1, width - cell.count))
        }
        return String(padded.joined().reversed().drop { $0 == " " }.reversed())
    }

    private static func ratio(_ ratio: Spread) -> String {
        let parts = [ratio.median, ratio.minimum, ratio.maximum].map {
            Figures.decimal($0, places: 2)
        }
        return "\(parts[0]) (\(parts[1]) - \(parts[2]))"
    }

    private static func range(_ spread: Spread, _ unit: Unit) -> String {
        // The unit stands at the median already.
        let ends = [spread.minimum, spread.maximum].map { Figures.text($0, unit) }
        let short = ends.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        return unit == .seconds || unit == .bytes
            ? ends.joined(separator: " - ") : short.joined(separator: " - ")
    }
}
