import Newswire
import NewswireLog

/// Reads records from lines of JSON: the counterpart of ``RecordLineWriter``.
struct RecordLineReader {
    /// The topic that a line may name, and no other.
    let topic: String

    /// The record in `line`.
    ///
    /// - Throws: what is wrong with the line, if anything is: nothing is guessed.
    func record(in line: RawSpan) throws(MalformedLine) -> InputRecord {
        var members = RecordMembers(line, topic: topic)
        return try members.record()
    }
}

/// The members of one line's object, one after the other.
private struct RecordMembers: ~Escapable {
    private enum Name: UInt8, MemberName {
        case topic, partition, offset, timestamp, timestampType, key, keyBase64, value, valueBase64
        case headers

        static let table = MemberTable(Self.self, of: "a record")
    }

    private enum HeaderName: UInt8, MemberName {
        case name, nameBase64, value, valueBase64

        static let table = MemberTable(Self.self, of: "a header")
    }

    private var reader: JSONReader
    private let topic: String

    @_lifetime(copy line)
    init(_ line: RawSpan, topic: String) {
        reader = JSONReader(line)
        self.topic = topic
    }

    @_lifetime(self: copy self)
    mutating func record() throws(MalformedLine) -> InputRecord {
        guard try next().kind == .beginObject else {
            throw MalformedLine("the line is not a JSON object")
        }
        var record = InputRecord()
        var seen = SeenMembers<Name>()
        while let name = try nextName(Name.table) {
            try seen.note(name, twin: Self.twin(of: name))
            try read(name, into: &record)
        }
        try expectEnd()
        return record
    }

    @_lifetime(self: copy self)
    private mutating func read(_ name: Name, into record: inout InputRecord) throws(MalformedLine) {
        switch name {
        case .topic: try readTopic()
        case .partition:
            record.partition = try integer("partition", atLeast: 0).map { Int($0) }
        case .timestamp:
            let milliseconds = try integer("timestamp", atLeast: -1)
            record.timestamp = milliseconds.map { Timestamp(milliseconds: $0) }
        case .offset, .timestampType: _ = try source(of: try next())
        case .key: record.key = try plainBytes()
        case .keyBase64: record.key = try base64Bytes("keyBase64")
        case .value: record.value = try plainBytes()
        case .valueBase64: record.value = try base64Bytes("valueBase64")
        case .headers: record.headers = try headers()
        }
    }

    private static func twin(of name: Name) -> Name? {
        switch name {
        case .key: .keyBase64
        case .keyBase64: .key
        case .value: .valueBase64
        case .valueBase64: .value
        default: nil
        }
    }

    // MARK: Headers

    @_lifetime(self: copy self)
    private mutating func headers() throws(MalformedLine) -> [InputRecord.Header] {
        let first = try next()
        if first.kind == .null { return [] }
        guard first.kind == .beginArray else { throw MalformedLine("'headers' is not an array") }
        var headers: [InputRecord.Header] = []
        while true {
            switch try next().kind {
            case .endArray: return headers
            case .beginObject: headers.append(try header())
            default: throw MalformedLine("a header is not an object")
            }
        }
    }

    /// The members of a header, up to the end of its object.
    @_lifetime(self: copy self)
    private mutating func header() throws(MalformedLine) -> InputRecord.Header {
        var name: [UInt8]?
        var value: [UInt8]?
        var seen = SeenMembers<HeaderName>()
        while let member = try nextName(HeaderName.table) {
            try seen.note(member, twin: Self.twin(of: member))
            switch member {
            case .name: name = try headerName()
            case .nameBase64: name = try base64Bytes("nameBase64")
            case .value: value = try plainBytes()
            case .valueBase64: value = try base64Bytes("valueBase64")
            }
        }
        guard let name else { throw MalformedLine("a header has no name") }
        return InputRecord.Header(name: name, value: value)
    }

    private static func twin(of name: HeaderName) -> HeaderName {
        switch name {
        case .name: .nameBase64
        case .nameBase64: .name
        case .value: .valueBase64
        case .valueBase64: .value
        }
    }

    @_lifetime(self: copy self)
    private mutating func headerName() throws(MalformedLine) -> [UInt8] {
        let token = try next()
        guard token.kind == .string else { throw MalformedLine("a header's name is not a string") }
        return reader.content(of: token)
    }

    // MARK: Names

    /// The name of the next member; nil at the end of the object.
    @_lifetime(self: copy self)
    private mutating func nextName<Known>(
        _ table: MemberTable<Known>
    ) throws(MalformedLine) -> Known? {
        let token = try next()
        guard token.kind == .name else { return nil }
        if let plain = reader.plainContent(of: token) { return try table.member(named: plain) }
        return try table.member(named: reader.content(of: token).rawSpan)
    }

    // MARK: Values

    @_lifetime(self: copy self)
    private mutating func readTopic() throws(MalformedLine) {
        let token = try next()
        guard token.kind == .string else { throw MalformedLine("'topic' is not a string") }
        let name = reader.string(of: token)
        guard name == topic else {
            throw MalformedLine("'topic' is '\(name)', and the records go to '\(topic)'")
        }
    }

    /// A string gives its content, null nothing, and all else the exact bytes of its JSON text.
    @_lifetime(self: copy self)
    private mutating func plainBytes() throws(MalformedLine) -> [UInt8]? {
        let token = try next()
        switch token.kind {
        case .string: return reader.content(of: token)
        case .null: return nil
        default: return reader.source(try source(of: token))
        }
    }

    @_lifetime(self: copy self)
    private mutating func base64Bytes(_ name: String) throws(MalformedLine) -> [UInt8]? {
        let token = try next()
        if token.kind == .null { return nil }
        guard token.kind == .string else {
            throw MalformedLine("'\(name)' is neither a string nor null")
        }
        guard let bytes = Base64.decode(reader.content(of: token)) else {
            throw MalformedLine("'\(name)' is not base64")
        }
        return bytes
    }

    /// A whole number; null is as good as none.
    @_lifetime(self: copy self)
    private mutating func integer(
        _ name: String, atLeast least: Int64
    ) throws(MalformedLine) -> Int64? {
        let token = try next()
        if token.kind == .null { return nil }
        let number = token.kind == .number ? reader.integer(of: token) : nil
        guard let number, number >= least else {
            throw MalformedLine("'\(name)' is not a whole number from \(least) on")
        }
        return number
    }

    // MARK: Tokens

    @_lifetime(self: copy self)
    private mutating func next() throws(MalformedLine) -> JSONToken {
        guard let token = try nextOrEnd() else {
            preconditionFailure("the reader ended inside an object")
        }
        return token
    }

    @_lifetime(self: copy self)
    private mutating func expectEnd() throws(MalformedLine) {
        let token = try nextOrEnd()
        precondition(token == nil, "the reader goes on behind its value")
    }

    @_lifetime(self: copy self)
    private mutating func nextOrEnd() throws(MalformedLine) -> JSONToken? {
        do throws(JSONFailure) {
            return try reader.next()
        } catch {
            throw MalformedLine(error.description)
        }
    }

    @_lifetime(self: copy self)
    private mutating func source(of first: JSONToken) throws(MalformedLine) -> Range<Int> {
        do throws(JSONFailure) {
            return try reader.range(ofValueFrom: first)
        } catch {
            throw MalformedLine(error.description)
        }
    }
}
