import Newswire
import NewswireLog
import Testing

/// Appends to a partition whose disk gets full, and knows what it got in.
struct FillingAppender {
    private static let valueByteCount = 60_000

    private let partition: Partition
    private var acknowledged: [(offset: Offset, number: Int)] = []
    private var nextNumber = 0

    init(_ partition: Partition) { self.partition = partition }

    /// Appends until `failures` appends in a row found the disk full, or `count` were made.
    ///
    /// - Returns: how many of the last ones failed.
    mutating func append(upTo count: Int, failures: Int) throws -> Int {
        var failed = 0
        for _ in 0..<count where failed < failures { failed = try append() ? 0 : failed + 1 }
        return failed
    }

    /// Appends `count` records; the disk may be full a little longer.
    mutating func append(count: Int, within time: Duration) throws {
        let deadline = SystemTimeSource().instant() + time
        var rest = count
        while rest > 0 {
            if try append() {
                rest -= 1
            } else {
                let now = SystemTimeSource().instant()
                try #require(now < deadline, "\(partition.topicPartition) takes nothing any more")
                _ = Gate().wait(until: now + .milliseconds(5))
            }
        }
    }

    /// Whether it was taken; what was not has to say that the disk is full.
    private mutating func append() throws -> Bool {
        let value = Self.value(nextNumber)
        do throws(NewswireError) {
            let batch = try partition.append { batch in batch.append(key: nil, value: value) }
            acknowledged.append((batch.baseOffset, nextNumber))
            nextNumber += 1
            return true
        } catch {
            guard error.code == .diskFull else { throw error }
            nextNumber += 1
            return false
        }
    }

    /// Reads all that was acknowledged.
    func check(in other: Partition? = nil) throws {
        let partition = other ?? partition
        for (offset, number) in acknowledged {
            let values = try partition.read(from: offset, maxBytes: 1).values
            let isRight = values.first.map { Array($0.utf8) } == Self.value(number)
            #expect(isRight, "\(partition.topicPartition), offset \(offset)")
        }
        #expect(!acknowledged.isEmpty)
    }

    private static func value(_ number: Int) -> [UInt8] {
        let text = Array("\(number) ".utf8)
        return text + [UInt8](repeating: UInt8(97 + number % 26), count: valueByteCount)
    }
}
