import Newswire
import NewswireLog

/// Writes records as JSON: the counterpart of ``RecordLineReader``.
struct RecordLineWriter {
    /// How keys, values and headers are written.
    let encoding: RecordEncoding

    /// Where a record comes from.
    struct Origin {
        /// Nil where a file does not say of which partition it is.
        let partition: TopicPartition?
        let timestampType: TimestampType
    }

    /// Writes the members of a record, in their order, into the object that `json` has begun.
    ///
    /// - Throws: what is wrong with the headers; the object then lacks some of its members.
    func writeMembers(
        of record: RecordView, from origin: Origin, to json: inout JSONWriter
    ) throws(BatchFailure) {
        json.name("topic")
        if let partition = origin.partition {
            json.string(partition.topic)
            json.name("partition")
            json.integer(partition.partition)
        } else {
            json.null()
            json.name("partition")
            json.null()
        }
        json.name("offset")
        json.integer(record.offset.value)
        json.name("timestamp")
        json.integer(record.timestamp.milliseconds)
        json.name("timestampType")
        json.string(origin.timestampType.rawValue)
        write(record.key, named: .key, to: &json)
        write(record.value, named: .value, to: &json)
        json.name("headers")
        try writeHeaders(of: record, to: &json)
    }

    /// The array of a record's headers.
    func writeHeaders(of record: RecordView, to json: inout JSONWriter) throws(BatchFailure) {
        json.beginArray()
        var headers = record.headers
        while let header = try headers.next() {
            json.beginObject()
            write(header.nameBytes, named: .name, to: &json)
            write(header.value, named: .value, to: &json)
            json.endObject()
        }
        json.endArray()
    }

    /// The names that a field has in its two spellings.
    private struct FieldName {
        let plain: String
        let base64: String

        static let key = FieldName(plain: "key", base64: "keyBase64")
        static let value = FieldName(plain: "value", base64: "valueBase64")
        static let name = FieldName(plain: "name", base64: "nameBase64")
    }

    private func write(_ bytes: RawSpan?, named name: FieldName, to json: inout JSONWriter) {
        guard let bytes else {
            json.name(encoding == .base64 ? name.base64 : name.plain)
            return json.null()
        }
        if encoding == .utf8, UTF8Check.isValid(bytes) {
            json.name(name.plain)
            json.string(utf8: bytes)
        } else {
            json.name(name.base64)
            json.string(utf8: Base64.encode(bytes).rawSpan)
        }
    }
}
