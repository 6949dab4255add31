import NewswireLog
import NewswireTesting
import Testing

struct RedoScanTests {
    let disk = SimulatedFileSystem()

    private func scan(_ path: String, number: UInt64 = 1) throws -> RedoScan {
        try RedoScan(disk.openFile(path, .read), number: number, of: SampleGroup.directoryID)
    }

    /// What the scan finds: the sequences of groups, and the places and lengths of damage.
    private func steps(_ path: String, number: UInt64 = 1) throws -> [String] {
        var scan = try scan(path, number: number)
        var steps: [String] = []
        while let step = try scan.next() {
            switch step {
            case .group(let group): steps.append("group \(group.sequence)")
            case .damage(let position, let byteCount):
                steps.append("\(byteCount) bytes at \(position)")
            }
        }
        return steps
    }

    private func pages(_ sequences: ClosedRange<UInt64>, byteCount: Int = 100) -> [[UInt8]] {
        sequences.map { SampleGroup.batch($0, byteCount: byteCount).pages }
    }

    @Test func `groups come in order, with their bytes`() throws {
        let groups = pages(1...3) + pages(4...4, byteCount: 10_000) + pages(5...5)
        let zeros = [UInt8](repeating: 0, count: 20_000)
        let path = try disk.writeRedoFile(1, groups + [zeros])
        #expect(try steps(path) == (1...5).map { "group \($0)" })
        var scan = try scan(path)
        #expect(scan.headerFailure == nil && scan.header?.number == 1)
        for sequence in UInt64(1)...5 {
            _ = try scan.next()
            let length = sequence == 4 ? 10_000 : 100
            #expect(scan.bytes == SampleGroup.batch(sequence, byteCount: length).bytes)
        }
        #expect(scan.position.value == 4096 * 8)
    }

    @Test func `a file without groups, cut in its first page or empty has none`() throws {
        let path = try disk.writeRedoFile(1, [])
        for byteCount in [4096, 4095, 41, 40, 39, 8, 1, 0] {
            try disk.openFile(path, .readWrite).truncate(to: byteCount)
            #expect(try steps(path).isEmpty)
            #expect((try scan(path).headerFailure == nil) == (byteCount >= 40))
        }
    }

    @Test func `a torn last group is the end, wherever it is torn`() throws {
        let last = SampleGroup.batch(3, byteCount: 10_000).pages
        for place in stride(from: 0, to: 10_100, by: 37) {
            var torn = last
            for byte in place..<torn.count { torn[byte] = 0 }
            let path = try disk.writeRedoFile(
                1, pages(1...2) + [torn, [UInt8](repeating: 0, count: 9000)])
            #expect(try steps(path) == ["group 1", "group 2"], "torn at \(place)")
            // The file is no longer than that.
            let cut = try disk.writeRedoFile(1, pages(1...2) + [Array(last[..<place])])
            #expect(try steps(cut) == ["group 1", "group 2"], "cut at \(place)")
        }
    }

    @Test func `behind a group that went bad the later ones are found`() throws {
        for byte in [0, 4, 8, 9, 10, 11, 12, 24, 31, 39, 50, 9_000] {
            var groups = [
                SampleGroup.batch(1).pages, SampleGroup.batch(2, byteCount: 10_000).pages,
            ]
            groups += pages(3...4)
            groups[1][byte] ^= 0x40
            let path = try disk.writeRedoFile(1, groups)
            let expected = ["group 1", "12288 bytes at 8192", "group 3", "group 4"]
            #expect(try steps(path) == expected, "byte \(byte)")
        }
    }

    @Test func `damage at the beginning, and of several groups at once, is one piece`() throws {
        var groups = pages(1...6)
        groups[0][60] ^= 1
        groups[1][60] ^= 1
        groups[4][60] ^= 1
        let path = try disk.writeRedoFile(1, groups)
        let expected = [
            "8192 bytes at 4096", "group 3", "group 4", "4096 bytes at 20480", "group 6",
        ]
        #expect(try steps(path) == expected)
    }

    @Test func `the longest group that went bad is passed`() throws {
        var groups = [SampleGroup.batch(1, byteCount: 4_190_000).pages] + pages(2...2)
        groups[0][8] = 0xff
        let path = try disk.writeRedoFile(1, groups)
        #expect(try steps(path).last == "group 2")
    }

    @Test func `groups of an earlier life of the file never pass`() throws {
        // File 3 was file 1: three of its groups lie under the new ones, one of which is longer.
        let old = pages(1...8).flatMap(\.self)
        let new = [4, 5].map { SampleGroup.batch($0, in: 3, byteCount: 5000).pages }
        var bytes = Array(new.joined())
        bytes += old[bytes.count...]
        let path = try disk.writeRedoFile(3, [bytes])
        #expect(try steps(path, number: 3) == ["group 4", "group 5"])
        // A torn group with old ones in it and behind it is the end, too.
        var torn = SampleGroup.batch(6, in: 3, byteCount: 9000).pages
        torn.replaceSubrange(4096..<torn.count, with: old[4096..<torn.count])
        let longer = try disk.writeRedoFile(3, new + [torn, Array(old.suffix(8192))])
        #expect(try steps(longer, number: 3) == ["group 4", "group 5"])
    }

    @Test func `a group whose sequence does not rise is none`() throws {
        // A record may hold a copy of the file that it is written to.
        let copies = pages(1...2)
        let path = try disk.writeRedoFile(1, pages(1...3) + copies)
        #expect(try steps(path) == ["group 1", "group 2", "group 3"])
    }

    @Test func `without its first page the groups of a file are found all the same`() throws {
        let path = try disk.writeRedoFile(1, pages(1...3))
        for bit in [0, 70, 100, 250, 300] {
            try disk.flipBit(bit, of: path)
            #expect(try scan(path).headerFailure != nil)
            #expect(try steps(path) == ["group 1", "group 2", "group 3"])
            try disk.flipBit(bit, of: path)
        }
        let other = RedoFile.Header(directoryID: TopicID(high: 1, low: 1), number: 1).encoded
        let foreign = try disk.writeRedoFile(1, pages(1...3), header: other)
        #expect(try scan(foreign).headerFailure != nil)
    }

    @Test func `a file that was to become another one when the power failed is sound`() throws {
        let next = RedoFile.Header(directoryID: SampleGroup.directoryID, number: 4).encoded
        let path = try disk.writeRedoFile(1, pages(1...2), header: next)
        #expect(try scan(path).headerFailure == nil)
        #expect(try steps(path) == ["group 1", "group 2"])
        let old = try disk.writeRedoFile(5, [], header: next)
        #expect(try scan(old, number: 5).headerFailure != nil)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `whatever the bytes are, a scan ends`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            var bytes = Array(pages(1...6, byteCount: 2000).joined())
            for _ in 0..<Int.random(in: 1...50, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0 ... .max, using: &random)
            }
            let path = try disk.writeRedoFile(1, [bytes])
            let steps = try steps(path)
            #expect(steps.count <= 12, "seed \(seed)")
        }
    }
}
