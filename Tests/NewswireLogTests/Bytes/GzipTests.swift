import NewswireLog
import NewswireTesting
import Testing

@Suite struct GzipTests {
    @Test(arguments: [-1, 1, 6, 9])
    func `what is compressed comes back`(level: Int) throws {
        for count in [0, 1, 1000, 300_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 * $0) }
            #expect(try decompressed(compressed(bytes, level: level)) == bytes)
        }
    }

    @Test func `one coder serves many times`() throws {
        var encoder = try GzipEncoder(level: 1)
        var decoder = try GzipDecoder()
        var target = PageBuffer(byteCapacity: 4096)
        var result = PageBuffer(byteCapacity: 0)
        for round in 0..<10 {
            let bytes = [UInt8](repeating: UInt8(round), count: 100 * round)
            let written = encoder.encode(bytes.rawSpan, into: &target, in: 0..<4096)
            let count = try #require(written)
            let decoded = try decoder.decode(
                target.bytes.extracting(first: count), into: &result, byteLimit: 1 << 20)
            #expect([UInt8](copying: result.bytes.extracting(first: decoded)) == bytes)
        }
    }

    @Test func `what does not fit is not compressed`() throws {
        var random = SeededRandom(seed: 4)
        let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var encoder = try GzipEncoder(level: 9)
        var target = PageBuffer(byteCapacity: 4096)
        let tooSmall = encoder.encode(bytes.rawSpan, into: &target, in: 100..<1100)
        let outside = [UInt8](copying: target.bytes.extracting(1100..<4096))
        #expect(tooSmall == nil)
        #expect(outside.allSatisfy { $0 == 0 })
        let enough = encoder.encode(bytes.rawSpan, into: &target, in: 100..<2000)
        #expect(enough != nil)
    }

    @Test func `members that follow each other are one`() throws {
        let (first, second) = ([UInt8](repeating: 1, count: 70_000), Array("second".utf8))
        let both = try compressed(first, level: 6) + compressed(second, level: 1)
        #expect(try decompressed(both) == first + second)
    }

    @Test func `every cut is noticed`() throws {
        let whole = try compressed(Array("a text that is compressed".utf8), level: 6)
        for count in 0..<whole.count {
            #expect(throws: GzipFailure.truncated, "\(count) bytes") {
                try decompressed(Array(whole[..<count]))
            }
        }
    }

    @Test func `damage is noticed`() throws {
        let whole = try compressed(Array("a text that is compressed".utf8), level: 6)
        #expect(throws: GzipFailure.self) { try decompressed([0x1f, 0x8c] + whole[2...]) }
        #expect(throws: GzipFailure.damaged("incorrect data check")) {
            try decompressed(whole.enumerated().map { $0 == whole.count - 8 ? $1 ^ 1 : $1 })
        }
        #expect(throws: GzipFailure.self, "bytes behind the end") {
            try decompressed(whole + [0])
        }
    }

    @Test func `a small hostile batch does not take all memory`() throws {
        let bomb = try compressed([UInt8](repeating: 0, count: 4 << 20), level: 9)
        #expect(bomb.count < 5000)
        #expect(throws: GzipFailure.tooLarge(byteLimit: 100_000)) {
            try decompressed(bomb, byteLimit: 100_000)
        }
        #expect(try decompressed(bomb, byteLimit: 4 << 20).count == 4 << 20)
    }

    @Test func `a size in the trailer that lies is not believed`() throws {
        var bytes = try compressed([UInt8](repeating: 5, count: 100_000), level: 6)
        bytes.replaceSubrange((bytes.count - 4)..., with: [0xff, 0xff, 0xff, 0xff])
        #expect(throws: GzipFailure.damaged("incorrect length check")) { try decompressed(bytes) }
    }

    private func compressed(_ bytes: [UInt8], level: Int) throws -> [UInt8] {
        var encoder = try GzipEncoder(level: level)
        var target = PageBuffer(byteCapacity: 2 * bytes.count + 100)
        let written = encoder.encode(bytes.rawSpan, into: &target, in: 0..<2 * bytes.count + 100)
        return [UInt8](copying: target.bytes.extracting(first: try #require(written)))
    }

    private func decompressed(
        _ bytes: [UInt8], byteLimit: Int = 16 << 20
    ) throws(GzipFailure) -> [UInt8] {
        var decoder = try GzipDecoder()
        var target = PageBuffer(byteCapacity: 0)
        let count = try decoder.decode(bytes.rawSpan, into: &target, byteLimit: byteLimit)
        return [UInt8](copying: target.bytes.extracting(first: count))
    }
}
