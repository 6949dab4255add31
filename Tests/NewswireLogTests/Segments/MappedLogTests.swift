import NewswireLog
import NewswireTesting
import Testing

struct MappedLogTests {
    static let chunk = 1 << 20

    private func map(_ byteCount: Int, capacity: Int) throws -> (SimulatedFileSystem, MappedLog) {
        let disk = SimulatedFileSystem()
        let file = try disk.openFile("/log", .createNew)
        try file.write([UInt8](repeating: 7, count: byteCount), at: .start)
        return (disk, MappedLog(try file.map(byteCount: capacity)))
    }

    @Test func `what is populated reaches to the end of its chunk or of the file`() throws {
        let (_, log) = try map(2 * Self.chunk + 500, capacity: 4 * Self.chunk)
        let limit = FilePosition(2 * Self.chunk + 500)
        let cases = [(10, 20, Self.chunk), (Self.chunk - 1, Self.chunk + 1, 2 * Self.chunk)]
        for (start, end, safeEnd) in cases {
            let found = try log.populate(FilePosition(start), upTo: FilePosition(end), limit: limit)
            #expect(found.value == safeEnd)
        }
        let tail = try log.populate(
            FilePosition(2 * Self.chunk), upTo: FilePosition(2 * Self.chunk + 1), limit: limit)
        #expect(tail == limit)
        let all = try log.populate(.start, upTo: limit, limit: limit)
        #expect(all == limit)
    }

    @Test func `a page that cannot be read is a failure and no signal`() throws {
        let (disk, log) = try map(3 * Self.chunk, capacity: 3 * Self.chunk)
        let limit = FilePosition(3 * Self.chunk)
        try disk.makeUnreadable("/log", Self.chunk..<Self.chunk + 4096)
        #expect(try log.populate(.start, upTo: FilePosition(100), limit: limit).value == Self.chunk)
        #expect(throws: IOFailure.self) {
            try log.populate(
                FilePosition(Self.chunk), upTo: FilePosition(Self.chunk + 1), limit: limit)
        }
        // The neighbours are not harmed.
        let third = try log.populate(
            FilePosition(2 * Self.chunk), upTo: FilePosition(2 * Self.chunk + 1), limit: limit)
        #expect(third == limit)
    }

    @Test func `a chunk that is whole is populated once, however it is entered`() throws {
        // Entered in its middle it never counted as done: each read of it asked the system again.
        let (disk, log) = try map(Self.chunk, capacity: Self.chunk)
        let limit = FilePosition(Self.chunk)
        _ = try log.populate(FilePosition(5000), upTo: FilePosition(5001), limit: limit)
        try disk.makeUnreadable("/log", 0..<Self.chunk - 4096)
        // Were it asked for again, and not only its last page, it would fail now.
        #expect(
            try log.populate(FilePosition(9000), upTo: FilePosition(9001), limit: limit) == limit)
        #expect(try log.populate(.start, upTo: FilePosition(1), limit: limit) == limit)
    }

    @Test func `what is left of a file that was cut can be read, and the rest is a failure`() throws
    {
        // What had been populated was believed to stay: touching what was cut ended the process.
        let (disk, log) = try map(2 * Self.chunk, capacity: 2 * Self.chunk)
        let limit = FilePosition(2 * Self.chunk)
        _ = try log.populate(.start, upTo: limit, limit: limit)
        try disk.makeUnreadable("/log", (Self.chunk - 4096)..<(2 * Self.chunk))
        _ = try log.populate(.start, upTo: FilePosition(5000), limit: limit)
        for start in [Self.chunk - 100, Self.chunk, 2 * Self.chunk - 10] {
            #expect(throws: IOFailure.self) {
                try log.populate(
                    FilePosition(start), upTo: FilePosition(start + 1), limit: limit)
            }
        }
    }
}
