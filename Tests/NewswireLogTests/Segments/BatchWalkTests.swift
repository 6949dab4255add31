import NewswireLog
import NewswireTesting
import Testing

struct BatchWalkTests {
    static let source = BatchSource(partition: LogStore.partition, path: "/log")

    /// A file of batches of one, two, three … records, and where each begins.
    private func batches(_ count: Int) throws -> (bytes: [UInt8], positions: [Int]) {
        var bytes: [UInt8] = []
        var positions: [Int] = []
        var base: Int64 = 50
        for number in 1...count {
            positions.append(bytes.count)
            bytes += try sampleBatch(
                sampleRecords(number, valueByteCount: 10), .init(baseOffset: Offset(base)))
            base += Int64(number)
        }
        return (bytes, positions)
    }

    private func walk(
        _ bytes: [UInt8], at position: Int = 0, limit: Int? = nil
    ) throws -> BatchWalk {
        let disk = SimulatedFileSystem()
        let file = try disk.openFile("/log", .createNew)
        try file.write(bytes, at: .start)
        let log = MappedLog(try file.map(byteCount: bytes.count))
        return try BatchWalk(
            log, of: Self.source, at: FilePosition(position),
            limit: FilePosition(limit ?? bytes.count))
    }

    @Test func `it goes from batch to batch to the end`() throws {
        let (bytes, positions) = try batches(5)
        var walk = try walk(bytes)
        var found = [walk.position.value]
        while try walk.advance() { found.append(walk.position.value) }
        #expect(found == positions)
        #expect(walk.batchEnd.value == bytes.count)
        #expect(walk.header.lastOffset == Offset(64))
        #expect(try !walk.advance())
        #expect(walk.position.value == positions.last)
    }

    @Test func `it finds the batch of every offset`() throws {
        let (bytes, positions) = try batches(5)
        let bases: [Int64] = [50, 51, 53, 56, 60, 65]
        for offset in Int64(50)..<65 {
            var walk = try walk(bytes)
            #expect(try walk.advance(to: Offset(offset)))
            let number = try #require(bases.lastIndex { $0 <= offset })
            #expect(walk.position.value == positions[number])
        }
        var walk = try walk(bytes)
        #expect(try !walk.advance(to: Offset(65)))
    }

    @Test func `nothing behind the limit is looked at`() throws {
        let (bytes, positions) = try batches(3)
        var walk = try walk(bytes, limit: positions[2])
        #expect(try walk.advance())
        #expect(try !walk.advance())
        // A limit within a batch is the end of what can be believed.
        for limit in positions[2] + 1..<bytes.count {
            var walk = try self.walk(bytes, limit: limit)
            _ = try walk.advance()
            #expect(throws: LogFailure.self) { try walk.advance() }
        }
    }

    @Test func `a batch that does not continue the one before is damage`() throws {
        var (bytes, positions) = try batches(3)
        bytes[positions[1] + 7] += 1
        var walk = try walk(bytes)
        #expect {
            try walk.advance()
        } throws: { error in
            guard case .corrupt(_, let at, let offset, .badBaseOffset)? = error as? LogFailure
            else { return false }
            return at.value == positions[1] && offset == Offset(51)
        }
        // Nothing changed.
        #expect(walk.position == .start)
    }
}
