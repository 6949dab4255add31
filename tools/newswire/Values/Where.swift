import NewswireLog

/// A place in each partition of a topic, as it is typed.
enum Where: Hashable, Sendable {
    /// The first record that is still there.
    case beginning
    /// Behind the last record.
    case end
    /// A record by its number.
    case offset(Offset)
    /// So many records before the end.
    case last(Int64)
    /// The first record of a moment or later.
    case time(Timestamp)

    /// How a place is typed, for messages.
    static let forms = "beginning, end, OFFSET, -N, @MS, @ISO-8601 or @-1h"

    /// The place that `text` says, with `@-1h` counted from `now`.
    init?(_ text: String, now: Timestamp) {
        switch text {
        case "beginning": self = .beginning
        case "end": self = .end
        default:
            if text.hasPrefix("@") {
                guard let time = Self.time(text.dropFirst(), now: now) else { return nil }
                self = .time(time)
            } else if text.hasPrefix("-") {
                guard let count = Self.number(text.dropFirst()) else { return nil }
                self = .last(count)
            } else {
                guard let number = Self.number(text[...]) else { return nil }
                self = .offset(Offset(number))
            }
        }
    }

    private static func time(_ text: Substring, now: Timestamp) -> Timestamp? {
        if let milliseconds = number(text) { return Timestamp(milliseconds: milliseconds) }
        guard text.hasPrefix("-") else { return TimeText.parse(text) }
        guard let age = DurationText.parse(text.dropFirst()) else { return nil }
        return Timestamp(milliseconds: max(0, now.milliseconds - age.milliseconds))
    }

    /// Digits only: a sign or a space has no meaning here.
    private static func number(_ text: Substring) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
