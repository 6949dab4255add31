import NewswireLog

/// Kafka's checkpoint files: a line with the version, one with the count, and so many lines of
/// fields.
struct CheckpointText {
    /// The fields of each line that has as many as it should.
    private(set) var rows: [[String]] = []
    private(set) var damage: [Damage] = []

    init(_ text: [UInt8], of path: String, fieldCount: Int) {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        if lines.last == "" { lines.removeLast() }
        guard lines.count >= 2, lines[0] == "0", let count = Int(lines[1]) else {
            damage.append(
                Damage(path: path, problem: "it does not begin with version 0 and a count"))
            return
        }
        for (number, line) in lines.enumerated().dropFirst(2) {
            let fields = line.split(separator: " ").map(String.init)
            if fields.count == fieldCount, fields.dropFirst().allSatisfy({ Int64($0) != nil }) {
                rows.append(fields)
            } else {
                damage.append(Damage(path: path, problem: "line \(number + 1) is malformed"))
            }
        }
        if damage.isEmpty, rows.count != count {
            damage.append(
                Damage(path: path, problem: "it has \(rows.count) lines where it counts \(count)"))
        }
    }
}
