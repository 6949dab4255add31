/// Which leader epoch began at which offset; Kafka's `leader-epoch-checkpoint`.
package struct LeaderEpochTable: Hashable, Sendable {
    /// One epoch.
    package struct Entry: Hashable, Sendable {
        package let epoch: Int32
        package let startOffset: Offset
    }

    package static let fileName = "leader-epoch-checkpoint"

    /// Epochs and start offsets both rise.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// The epoch that appends get now; nil before the first.
    package var current: Int32? { entries.last?.epoch }

    /// Begins `epoch` at `offset`; one that began at or after it never was.
    package mutating func begin(_ epoch: Int32, at offset: Offset) {
        precondition(epoch > current ?? -1, "leader epoch went back: \(current ?? -1) to \(epoch)")
        cut(to: offset)
        entries.append(Entry(epoch: epoch, startOffset: offset))
    }

    /// Forgets the epochs that began at or after `end`.
    package mutating func cut(to end: Offset) {
        entries.removeAll { $0.startOffset >= end }
    }

    /// The epoch of the record at `offset`; nil when it lies before all.
    package func epoch(at offset: Offset) -> Int32? {
        entries.last { $0.startOffset <= offset }?.epoch
    }

    /// Reads the file's text; nil when it is not one.
    package init?(text: [UInt8]) {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        guard lines.count >= 2, lines[0].elementsEqual("0".utf8),
            let count = Int(String(decoding: lines[1], as: UTF8.self)), count == lines.count - 2
        else { return nil }
        for line in lines[2...] {
            let fields = line.split(separator: UInt8(ascii: " ")).map {
                Int64(String(decoding: $0, as: UTF8.self))
            }
            guard fields.count == 2, let epoch = fields[0], let start = fields[1],
                let epoch = Int32(exactly: epoch), epoch > current ?? -1,
                start >= 0, Offset(start) > entries.last?.startOffset ?? Offset(-1)
            else { return nil }
            entries.append(Entry(epoch: epoch, startOffset: Offset(start)))
        }
    }

    /// The file's text.
    package var text: [UInt8] {
        var text = "0\n\(entries.count)\n"
        for entry in entries { text += "\(entry.epoch) \(entry.startOffset)\n" }
        return [UInt8](text.utf8)
    }
}
