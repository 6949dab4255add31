/// Records of several partitions that were appended at once: all of them are there, or none.
struct DoomedGroup: Hashable, Sendable {
    let life: Int
    let writer: Int
    /// Counts the groups of a writer, from 0.
    let number: Int
    /// How many records it has, in all partitions together.
    let recordCount: Int

    init(life: Int, writer: Int, number: Int, recordCount: Int) {
        self.life = life
        self.writer = writer
        self.number = number
        self.recordCount = recordCount
    }

    /// The group whose key this is; nil when it is none.
    init?(_ key: String) {
        let numbers = key.split(separator: Character(" ")).compactMap { Int($0) }
        guard numbers.count == 4 else { return nil }
        self.init(
            life: numbers[0], writer: numbers[1], number: numbers[2], recordCount: numbers[3])
        guard self.key == key else { return nil }
    }

    /// The key of each of its records.
    var key: String { "\(life) \(writer) \(number) \(recordCount)" }
}
