import Foundation
import NewswireLog

/// A record as a golden directory was given it, before any code of the log saw it.
struct GoldenRecord: Equatable {
    struct Header: Equatable {
        var name: [UInt8]
        var value: [UInt8]?
    }

    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header] = []
    /// Milliseconds since 1970.
    var timestamp: Int64
}

extension GoldenRecord {
    /// Record number `number` of a partition; each kind of record comes every eight records.
    @Sendable
    static func number(_ number: Int) -> GoldenRecord {
        var record = GoldenRecord(
            key: [UInt8]("order-\(number)".utf8), value: order(number),
            timestamp: 1_760_000_000_000 + Int64(number) * 1000)
        switch number % 8 {
        case 1: record.key = nil
        case 2: record.value = nil
        case 3:
            record.key = []
            record.value = []
            record.timestamp -= 5000
        case 4: record.headers = headers(number)
        case 5:
            record.key = [0xff, UInt8(truncatingIfNeeded: number)]
            record.value = [0x00, 0xfe, 0x80, 0x22, 0x0a]
        case 6:
            record.key = nil
            record.value = nil
        default: break
        }
        return record
    }

    /// The same as text in one line, and of very different lengths.
    @Sendable
    static func printable(_ number: Int) -> GoldenRecord {
        var record = Self.number(number)
        if number % 8 == 5 {
            record.key = [UInt8]("a key: with \"signs\", tabs\tand spaces ".utf8)
            record.value = [UInt8](String(repeating: "line \(number) ", count: number % 70).utf8)
        }
        for place in record.headers.indices where record.headers[place].value == [0xff] {
            record.headers[place].value = [UInt8]("again".utf8)
        }
        return record
    }

    private static func order(_ number: Int) -> [UInt8] {
        [UInt8](#"{"type":"OrderPlaced","order":\#(number),"note":"Grüße, 世界"}"#.utf8)
    }

    private static func headers(_ number: Int) -> [Header] {
        [
            Header(name: [UInt8]("trace".utf8), value: [UInt8]("abc-\(number)".utf8)),
            Header(name: [UInt8]("none".utf8), value: nil),
            Header(name: [], value: []),
            Header(name: [UInt8]("trace".utf8), value: [0xff]),
        ]
    }

    /// A copy of `view`.
    init(_ view: borrowing RecordView) throws {
        var headers: [Header] = []
        var reader = view.headers
        while let header = try reader.next() {
            headers.append(
                Header(
                    name: [UInt8](copying: header.nameBytes), value: Self.copy(of: header.value)))
        }
        self.init(
            key: Self.copy(of: view.key), value: Self.copy(of: view.value), headers: headers,
            timestamp: view.timestamp.milliseconds)
    }

    private static func copy(of bytes: RawSpan?) -> [UInt8]? {
        guard let bytes else { return nil }
        return [UInt8](copying: bytes)
    }

    /// Adds it to a batch.
    func append(to batch: inout RecordBatchBuilder) {
        var block = RecordHeaders()
        for header in headers {
            let name = header.name
            if let value = header.value {
                block.append(name: name.rawSpan, value: value.rawSpan)
            } else {
                block.append(name: name.rawSpan, value: nil)
            }
        }
        batch.append(
            key: key, value: value, headers: block,
            timestamp: Timestamp(milliseconds: timestamp))
    }
}

/// A record with its place, as a JSON line: the fields of `newswire consume -o jsonl`, in order.
struct RecordLine {
    let partition: TopicPartition
    let offset: Offset
    let timestampType: TimestampType
    let record: GoldenRecord

    var text: String {
        let headers = record.headers.map { header in
            "{" + field("name", header.name) + "," + field("value", header.value) + "}"
        }
        return #"{"topic":\#(quoted(partition.topic)),"partition":\#(partition.partition),"#
            + #""offset":\#(offset),"timestamp":\#(record.timestamp),"#
            + #""timestampType":"\#(timestampType.rawValue)","#
            + field("key", record.key) + "," + field("value", record.value)
            + #","headers":[\#(headers.joined(separator: ","))]}"#
    }

    /// Bytes that are no UTF-8 stand in base64, under a name that says so.
    private func field(_ name: String, _ bytes: [UInt8]?) -> String {
        guard let bytes else { return #""\#(name)":null"# }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return #""\#(name)Base64":"\#(Data(bytes).base64EncodedString())""#
        }
        return #""\#(name)":\#(quoted(text))"#
    }

    private func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\u{0}"..<"\u{20}": String(format: "\\u%04x", scalar.value)
            default: String(scalar)
            }
        }
        return "\"" + scalars.joined() + "\""
    }
}
