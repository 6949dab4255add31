/// Fields and lines of comma-separated values (RFC 4180).
enum CSVText {
    /// A field, in quotation marks where it needs them; null is empty, and an empty text is not.
    static func field(_ cell: Cell) -> String {
        switch cell {
        case .null: return ""
        case .integer(let number): return String(number)
        case .boolean(let isTrue): return String(isTrue)
        case .json(let text): return quoted(String(decoding: text, as: UTF8.self))
        case .text(let text):
            let special = Set("\",\r\n".unicodeScalars)
            let needsQuotes = text.isEmpty || text.unicodeScalars.contains { special.contains($0) }
            return needsQuotes ? quoted(text) : text
        }
    }

    /// The line of some fields, with its end.
    static func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }

    private static func quoted(_ text: String) -> String {
        let doubled = text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
        return "\"\(doubled)\""
    }
}
