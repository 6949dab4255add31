extension Timestamp {
    /// The moment in UTC to the second, as in `2026-03-01T12:00:00Z`.
    package var iso8601: String {
        let seconds = Self.floor(milliseconds, 1000)
        let days = Self.floor(seconds, 86_400)
        let second = seconds - days * 86_400
        let date = Self.civilDate(daysSince1970: days)
        let clock = [second / 3600, second / 60 % 60, second % 60].map { Self.digits($0, 2) }
        let day = [Self.digits(date.year, 4), Self.digits(date.month, 2), Self.digits(date.day, 2)]
        return day.joined(separator: "-") + "T" + clock.joined(separator: ":") + "Z"
    }

    /// Counts in years that begin on March 1, so that the leap day is the last of its year.
    private static func civilDate(
        daysSince1970 days: Int64
    ) -> (year: Int64, month: Int64, day: Int64) {
        let daysPerEra: Int64 = 146_097  // 400 years
        let shifted = days + 719_468  // From 0000-03-01.
        let era = floor(shifted, daysPerEra)
        let dayOfEra = shifted - era * daysPerEra
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / (daysPerEra - 1)) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, count - text.count))
        return (number < 0 ? "-" : "") + zeros + text
    }
}
