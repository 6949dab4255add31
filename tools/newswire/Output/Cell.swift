/// One value of a row.
enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    case null
    /// JSON text, for what is a structure of its own.
    case json([UInt8])

    /// A count or number.
    static func integer(_ number: some BinaryInteger) -> Cell { .integer(Int64(number)) }
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
