import NewswireLog

/// Writes records plainly: the value and a line end, the key before it if it is wanted.
struct PlainRecordWriter {
    /// Whether the key and ``separator`` come before the value.
    let printsKey: Bool
    let separator: [UInt8]
    /// What stands for a key or value that is null.
    let nullMarker: [UInt8]
    let encoding: RecordEncoding

    /// Appends the line of a record.
    func write(_ record: RecordView, to text: inout [UInt8]) {
        if printsKey {
            write(record.key, to: &text)
            text += separator
        }
        write(record.value, to: &text)
        text.append(UInt8(ascii: "\n"))
    }

    private func write(_ bytes: RawSpan?, to text: inout [UInt8]) {
        guard let bytes else {
            text += nullMarker
            return
        }
        switch encoding {
        case .utf8: text.append(bytes)
        case .base64: text += Base64.encode(bytes)
        }
    }
}
