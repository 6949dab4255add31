import NewswireLog

/// Moments as people type them: `2026-03-01`, `2026-03-01T12:00:00.250Z`, `2026-03-01 12:00+01:00`.
///
/// A moment without a zone is UTC.
enum TimeText {
    /// The moment that `text` says; nil when it says none.
    static func parse(_ text: some StringProtocol) -> Timestamp? {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.number(digits: 4), reader.take("-"),
            let month = reader.number(digits: 2), reader.take("-"),
            let day = reader.number(digits: 2),
            let days = daysSince1970(year: year, month: month, day: day)
        else { return nil }
        var milliseconds = days * 86_400_000
        guard !reader.isAtEnd else { return Timestamp(milliseconds: milliseconds) }
        guard reader.take("T") || reader.take("t") || reader.take(" ") else { return nil }
        guard let clock = clock(&reader), let zone = zone(&reader), reader.isAtEnd else {
            return nil
        }
        milliseconds += clock - zone
        return Timestamp(milliseconds: milliseconds)
    }

    /// Milliseconds since midnight.
    private static func clock(_ reader: inout DigitReader) -> Int64? {
        guard let hour = reader.number(digits: 2), hour < 24, reader.take(":"),
            let minute = reader.number(digits: 2), minute < 60
        else { return nil }
        var milliseconds = hour * 3_600_000 + minute * 60_000
        guard reader.take(":") else { return milliseconds }
        guard let second = reader.number(digits: 2), second < 60 else { return nil }
        milliseconds += second * 1000
        guard reader.take(".") || reader.take(",") else { return milliseconds }
        guard let fraction = reader.thousandths() else { return nil }
        return milliseconds + fraction
    }

    /// How far the zone's clocks are ahead of UTC.
    private static func zone(_ reader: inout DigitReader) -> Int64? {
        if reader.isAtEnd || reader.take("Z") || reader.take("z") { return 0 }
        let isAhead = reader.take("+")
        guard isAhead || reader.take("-") else { return nil }
        guard let hour = reader.number(digits: 2), hour < 24 else { return nil }
        var minute: Int64 = 0
        if reader.take(":") || !reader.isAtEnd {
            guard let number = reader.number(digits: 2), number < 60 else { return nil }
            minute = number
        }
        let milliseconds = hour * 3_600_000 + minute * 60_000
        return isAhead ? milliseconds : -milliseconds
    }

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard year >= 1, (1...12).contains(month), day >= 1,
            day <= dayCount(year: year, month: month)
        else {
            return nil
        }
        // In years that begin on March 1, so that the leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func dayCount(year: Int64, month: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Takes numbers and signs from a text, one after the other.
private struct DigitReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    mutating func number(digits count: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// Any number of digits behind a point, of which three count.
    mutating func thousandths() -> Int64? {
        guard var number = digit() else { return nil }
        var count = 1
        while let digit = digit() {
            if count < 3 { number = number * 10 + digit }
            count += 1
        }
        for _ in min(count, 3)..<3 { number *= 10 }
        return number
    }

    private mutating func digit() -> Int64? {
        guard position < text.count else { return nil }
        let byte = text[position]
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        position += 1
        return Int64(byte - UInt8(ascii: "0"))
    }
}
