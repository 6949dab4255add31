/// One value of a row.
enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    case null
    /// JSON text, for what is a structure of its own.
    case json([UInt8])

    /// A count.
    static func count(_ number: Int) -> Cell { .integer(Int64(number)) }

    /// A text, or null where there is none.
    static func optional(_ text: String?) -> Cell { text.map { .text($0) } ?? .null }
}

/// A column: what its cells are.
struct Column: Hashable, Sendable {
    /// Its name in JSON and CSV; a table shows it as words in capitals.
    let name: String

    init(_ name: String) { self.name = name }

    /// `logStartOffset` as `LOG START OFFSET`.
    var title: String {
        name.map { $0.isUppercase ? " \($0)" : $0.uppercased() }.joined()
    }
}
