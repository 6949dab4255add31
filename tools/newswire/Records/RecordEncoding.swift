/// How keys, values and headers stand in text.
enum RecordEncoding: String, CaseIterable, Sendable {
    /// As text; what is not valid UTF-8 as base64, under another name.
    case utf8
    /// All as base64.
    case base64
}
