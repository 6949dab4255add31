internal import NewswireLog

/// Reads JSON text (RFC 8259, strictly) piece by piece.
///
/// It holds no tree and allocates nothing: a token says where its text stands. Whatever the bytes
/// are, it answers with tokens or a ``JSONFailure``; memory and stack do not grow with the text.
/// Names that stand twice in an object are the caller's to find. After a failure, stop.
package struct JSONReader: ~Escapable {
    /// How many arrays and objects may stand inside each other.
    package static let depthMax = 512

    private enum Expectation { case value, valueOrEnd, name, nameOrEnd, separatorOrEnd, nothing }

    let text: RawSpan
    /// The byte at which the next piece is looked for.
    package internal(set) var position = 0
    private var expected = Expectation.value
    private var depth = 0
    // A bit for each open container: set for an object.
    private var objects: [8 of UInt64] = .init(repeating: 0)

    /// Reads the one value in `text`.
    @_lifetime(copy text)
    package init(_ text: RawSpan) { self.text = text }

    /// The next piece; nil when the value and the text are at their end.
    @_lifetime(self: copy self)
    package mutating func next() throws(JSONFailure) -> JSONToken? {
        guard var byte = nextByte() else {
            guard expected == .nothing else { throw JSONFailure(.unexpectedEnd, at: position) }
            return nil
        }
        if expected == .separatorOrEnd, byte == UInt8(ascii: ",") {
            position += 1
            expected = isInObject ? .name : .value
            byte = try requiredByte()
        }
        switch (expected, byte) {
        case (.nothing, _): throw JSONFailure(.trailingByte(byte), at: position)
        case (.valueOrEnd, UInt8(ascii: "]")): return close(.endArray)
        case (.nameOrEnd, UInt8(ascii: "}")): return close(.endObject)
        case (.separatorOrEnd, UInt8(ascii: "]")) where !isInObject: return close(.endArray)
        case (.separatorOrEnd, UInt8(ascii: "}")) where isInObject: return close(.endObject)
        case (.name, UInt8(ascii: "\"")), (.nameOrEnd, UInt8(ascii: "\"")): return try name()
        case (.value, _), (.valueOrEnd, _): return try value(beginningWith: byte)
        default: throw unexpected(byte)
        }
    }

    /// Reads on to the end of the value that begins with `first`, and answers where its text
    /// stands.
    @_lifetime(self: copy self)
    package mutating func range(ofValueFrom first: JSONToken) throws(JSONFailure) -> Range<Int> {
        guard first.kind == .beginObject || first.kind == .beginArray else { return first.range }
        let outside = depth - 1
        while depth > outside { _ = try next() }
        return first.range.lowerBound..<position
    }

    // MARK: Containers

    private var isInObject: Bool {
        depth > 0 && objects[(depth - 1) >> 6] >> ((depth - 1) & 63) & 1 == 1
    }

    @_lifetime(self: copy self)
    private mutating func open(_ kind: JSONToken.Kind) throws(JSONFailure) -> JSONToken {
        guard depth < Self.depthMax else {
            throw JSONFailure(.tooDeep(limit: Self.depthMax), at: position)
        }
        let bit: UInt64 = 1 << UInt64(depth & 63)
        if kind == .beginObject { objects[depth >> 6] |= bit } else { objects[depth >> 6] &= ~bit }
        depth += 1
        expected = kind == .beginObject ? .nameOrEnd : .valueOrEnd
        position += 1
        return JSONToken(kind, position - 1..<position)
    }

    @_lifetime(self: copy self)
    private mutating func close(_ kind: JSONToken.Kind) -> JSONToken {
        depth -= 1
        position += 1
        expectWhatFollowsAValue()
        return JSONToken(kind, position - 1..<position)
    }

    @_lifetime(self: copy self)
    private mutating func expectWhatFollowsAValue() {
        expected = depth == 0 ? .nothing : .separatorOrEnd
    }

    // MARK: Names and values

    @_lifetime(self: copy self)
    private mutating func name() throws(JSONFailure) -> JSONToken {
        let token = try string(.name)
        let byte = try requiredByte()
        guard byte == UInt8(ascii: ":") else { throw unexpected(byte) }
        position += 1
        expected = .value
        return token
    }

    @_lifetime(self: copy self)
    private mutating func value(beginningWith byte: UInt8) throws(JSONFailure) -> JSONToken {
        let token: JSONToken
        switch byte {
        case UInt8(ascii: "{"): return try open(.beginObject)
        case UInt8(ascii: "["): return try open(.beginArray)
        case UInt8(ascii: "\""): token = try string(.string)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): token = try number()
        case UInt8(ascii: "t"): token = try literal("true", .boolean(true))
        case UInt8(ascii: "f"): token = try literal("false", .boolean(false))
        case UInt8(ascii: "n"): token = try literal("null", .null)
        default: throw unexpected(byte)
        }
        expectWhatFollowsAValue()
        return token
    }

    // MARK: Bytes

    /// The first byte that is not white space.
    @_lifetime(self: copy self)
    private mutating func nextByte() -> UInt8? {
        while position < text.byteCount {
            let byte = text.bigEndian(UInt8.self, at: position)
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func requiredByte() throws(JSONFailure) -> UInt8 {
        guard let byte = nextByte() else { throw JSONFailure(.unexpectedEnd, at: position) }
        return byte
    }

    func unexpected(_ byte: UInt8) -> JSONFailure {
        JSONFailure(.unexpectedByte(byte), at: position)
    }
}
