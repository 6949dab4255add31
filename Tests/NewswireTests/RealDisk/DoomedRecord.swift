import Foundation
import Newswire
import NewswireLog
import NewswireTesting

/// Which record it is: its whole value follows from that, so that an altered one is found.
struct DoomedRecord: Hashable, Sendable {
    /// Which of the processes that wrote one after the other.
    let life: Int
    let writer: Int
    /// Counts the records of a writer in one partition, from 0.
    let number: Int

    init(life: Int, writer: Int, number: Int) {
        self.life = life
        self.writer = writer
        self.number = number
    }

    /// The record whose value this is; nil when a byte of it is another one.
    init?(_ value: String) {
        let words = value.prefix(60).split(separator: Character(" ")).prefix(3).compactMap {
            Int($0)
        }
        guard words.count == 3 else { return nil }
        self.init(life: words[0], writer: words[1], number: words[2])
        guard self.value == value else { return nil }
    }

    /// Mostly small; a few as large as what goes to its segment before it is committed.
    var value: String {
        var random = SeededRandom(
            seed: UInt64(life) << 40 | UInt64(writer) << 20 | UInt64(number))
        let isLarge = Int.random(in: 0..<400, using: &random) == 0
        let count = Int.random(in: isLarge ? 260_000..<300_000 : 0..<900, using: &random)
        let letter = Character(UnicodeScalar(UInt8.random(in: 97...122, using: &random)))
        return "\(life) \(writer) \(number) " + String(repeating: letter, count: count)
    }
}

/// What a process said about some records before its end, as a line of text.
struct Acknowledgement: Sendable {
    let partition: TopicPartition
    let baseOffset: Int
    let first: DoomedRecord
    let count: Int
    /// The weakest thing that was promised for them.
    let promise: Durability

    init(
        _ partition: TopicPartition, baseOffset: Offset, first: DoomedRecord, count: Int,
        promise: Durability
    ) {
        self.partition = partition
        self.baseOffset = Int(baseOffset.value)
        self.first = first
        self.count = count
        self.promise = promise
    }

    /// Reads a line back; nil for half of one.
    init?(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        let numbers = words.compactMap { Int($0) }
        guard words.count == 8, numbers.count == 6, let promise = Durability(rawValue: words[1])
        else { return nil }
        partition = TopicPartition(words[0], numbers[0])
        baseOffset = numbers[1]
        first = DoomedRecord(life: numbers[2], writer: numbers[3], number: numbers[4])
        count = numbers[5]
        self.promise = promise
    }

    var line: String {
        let record = "\(first.life) \(first.writer) \(first.number)"
        return "\(partition.topic) \(promise.rawValue) \(partition.partition) \(baseOffset) "
            + "\(record) \(count)\n"
    }

    /// All whole lines of a report.
    static func all(inFile path: String) throws -> [Acknowledgement] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        // The last line may be half of one: what was not said whole was not said.
        let end = text.lastIndex(of: "\n") ?? text.startIndex
        return text[..<end].split(separator: Character("\n")).compactMap {
            Acknowledgement(String($0))
        }
    }
}
