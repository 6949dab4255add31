/// How output is written.
enum OutputFormat: String, CaseIterable, Sendable {
    /// Aligned columns, for people.
    case table
    /// One JSON value: an array where the output is a list.
    case json
    /// One JSON object a line.
    case jsonl
    /// Comma-separated values (RFC 4180, lines ended by a line feed) with a line of names.
    case csv
}
