internal import NewswireLog

// Each function begins at the first byte of its piece and leaves `position` behind the last one.
extension JSONReader {
    @_lifetime(self: copy self)
    mutating func string(_ kind: JSONToken.Kind) throws(JSONFailure) -> JSONToken {
        let start = position
        var isEscaped = false
        position += 1
        while true {
            skipPlainBytes()
            let byte = try currentByte()
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return JSONToken(kind, start..<position, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try skipEscape()
            case 0..<0x20: throw JSONFailure(.controlCharacter(byte), at: position)
            case 0..<0x80: position += 1
            default:
                guard let byteCount = UTF8Check.byteCountOfScalar(in: text, at: position) else {
                    throw JSONFailure(.invalidUTF8, at: position)
                }
                position += byteCount
            }
        }
    }

    @_lifetime(self: copy self)
    mutating func number() throws(JSONFailure) -> JSONToken {
        let start = position
        if try currentByte() == UInt8(ascii: "-") { position += 1 }
        let first = position
        try skipDigits()
        let hasLeadingZero = text.bigEndian(UInt8.self, at: first) == UInt8(ascii: "0")
        guard !hasLeadingZero || position == first + 1 else {
            throw JSONFailure(.badNumber, at: start)
        }
        if byteOrNil() == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if let byte = byteOrNil(), byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            if let sign = byteOrNil(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits()
        }
        return JSONToken(.number, start..<position)
    }

    @_lifetime(self: copy self)
    mutating func literal(
        _ word: StaticString, _ kind: JSONToken.Kind
    ) throws(JSONFailure) -> JSONToken {
        let start = position
        for expected in word.description.utf8 {
            let byte = try currentByte()
            guard byte == expected else { throw unexpected(byte) }
            position += 1
        }
        return JSONToken(kind, start..<position)
    }

    // MARK: Inside strings

    /// Skips eight bytes at a time while none of them needs a look.
    @_lifetime(self: copy self)
    private mutating func skipPlainBytes() {
        while position + 8 <= text.byteCount {
            guard JSONBytes.arePlain(text.bigEndian(UInt64.self, at: position)) else { return }
            position += 8
        }
    }

    @_lifetime(self: copy self)
    private mutating func skipEscape() throws(JSONFailure) {
        let start = position
        position += 1
        guard try currentByte() == UInt8(ascii: "u") else {
            guard JSONBytes.unescaped(try currentByte()) != nil else {
                throw JSONFailure(.badEscape, at: start)
            }
            position += 1
            return
        }
        let unit = try escapedUnit(from: start)
        guard !UTF16.isTrailSurrogate(unit) else { throw JSONFailure(.loneSurrogate, at: start) }
        guard UTF16.isLeadSurrogate(unit) else { return }
        guard byteOrNil() == UInt8(ascii: "\\") else {
            throw JSONFailure(.loneSurrogate, at: start)
        }
        let secondStart = position
        position += 1
        guard try currentByte() == UInt8(ascii: "u") else {
            throw JSONFailure(.loneSurrogate, at: start)
        }
        guard UTF16.isTrailSurrogate(try escapedUnit(from: secondStart)) else {
            throw JSONFailure(.loneSurrogate, at: start)
        }
    }

    /// The number behind `\u`; `position` is at the `u`.
    @_lifetime(self: copy self)
    private mutating func escapedUnit(from start: Int) throws(JSONFailure) -> UInt16 {
        position += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = JSONBytes.hexadecimalDigit(try currentByte()) else {
                throw JSONFailure(.badEscape, at: start)
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    // MARK: Bytes

    @_lifetime(self: copy self)
    private mutating func skipDigits() throws(JSONFailure) {
        let start = position
        while let byte = byteOrNil(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        guard position > start else {
            throw JSONFailure(position < text.byteCount ? .badNumber : .unexpectedEnd, at: position)
        }
    }

    private func currentByte() throws(JSONFailure) -> UInt8 {
        guard let byte = byteOrNil() else { throw JSONFailure(.unexpectedEnd, at: position) }
        return byte
    }

    private func byteOrNil() -> UInt8? {
        position < text.byteCount ? text.bigEndian(UInt8.self, at: position) : nil
    }
}
