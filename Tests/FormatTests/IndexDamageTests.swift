import Foundation
import NewswireLog
import NewswireTesting
import Testing

/// Indexes that say something else than their log: every record is found all the same.
@Suite struct IndexDamageTests {
    /// What is done to an index file; nil removes it.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let inflict: @Sendable ([UInt8]) -> [UInt8]?

        init(_ name: String, _ inflict: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
            testDescription = name
            self.inflict = inflict
        }
    }

    static let damages = [
        Damage("removed") { _ in nil },
        Damage("emptied") { _ in [] },
        Damage("cut inside a slot") { $0.dropLast(3) },
        Damage("zeros behind it, as Kafka leaves them in an active segment") {
            $0 + [UInt8](repeating: 0, count: 240)
        },
        Damage("all ones") { $0.map { _ in 0xff } },
        Damage("small numbers") { $0.indices.map { $0 % 4 == 3 ? UInt8($0) : 0 } },
        Damage("large numbers") { $0.indices.map { $0 % 4 == 0 ? 0x7f : UInt8($0) } },
        Damage("a bit in each slot") { bytes in
            bytes.indices.map { $0 % 8 == 3 ? bytes[$0] ^ 1 : bytes[$0] }
        },
    ]

    private let temporary: TemporaryDirectory
    private let kept = KeptDirectories()
    private let path: String

    init() throws {
        temporary = try TemporaryDirectory()
        path = try GoldenDirectoryTests.today.copy(in: temporary)
    }

    private func inflict(_ damage: Damage, on kind: SegmentFileName.Kind) throws {
        for segment in try SegmentFiles.all(below: path) {
            let file = URL(filePath: segment.path(of: kind))
            if let bytes = damage.inflict(try segment.bytes(of: kind)) {
                try Data(bytes).write(to: file)
            } else {
                try FileManager.default.removeItem(at: file)
            }
        }
    }

    /// Every record is found by its offset and by its time.
    private func expectAllFound(_ opened: OpenedDirectory) throws {
        for log in opened.logs {
            let golden = GoldenDirectoryTests.today
            let records = try golden.timesAndOffsets(of: "\(log.partition).jsonl")
            for (timestamp, offset) in records {
                let slice = try log.read(from: Offset(offset), maxBytes: 1)
                #expect(slice.nextOffset > Offset(offset), "\(log.partition) at \(offset)")
                guard timestamp >= 0 else { continue }
                let first = records.first { $0.timestamp >= timestamp }?.offset
                let found = try log.firstOffset(at: Timestamp(milliseconds: timestamp))
                #expect(found?.offset.value == first, "\(log.partition) at \(timestamp)")
            }
            #expect(try log.lines() == golden.expected("\(log.partition).jsonl"))
        }
    }

    @Test(arguments: damages)
    func `a damaged offset index hides nothing`(_ damage: Damage) throws {
        try inflict(damage, on: .offsetIndex)
        try expectAllFound(try kept.open(path, .readOnly))
        try expectAllFound(try kept.open(path))
    }

    // A slot was believed if it was in order: records behind a wrong one were not found, and the
    // last one said when retention may remove the segment.
    @Test(arguments: damages)
    func `a damaged time index hides nothing`(_ damage: Damage) throws {
        try inflict(damage, on: .timeIndex)
        try expectAllFound(try kept.open(path, .readOnly))
        try expectAllFound(try kept.open(path))
    }

    @Test(arguments: damages)
    func `an append goes on behind damaged indexes`(_ damage: Damage) throws {
        try inflict(damage, on: .offsetIndex)
        try inflict(damage, on: .timeIndex)
        let opened = try kept.open(path)
        for log in opened.logs {
            try log.append { $0.append(key: nil, value: [UInt8]("one more".utf8)) }
        }
        for log in opened.logs {
            let lines = try log.lines()
            #expect(lines.count == Int(log.offsets.logEndOffset - log.offsets.logStartOffset))
            let last = try log.firstOffset(at: Timestamp(milliseconds: 1_790_000_000_000))
            #expect(last?.offset == log.offsets.logEndOffset + -1, "\(log.partition)")
        }
    }
}
