import Glibc
import NewswireLog
import NewswireTesting
import Testing

struct MappedRegionTests {
    let directory: TemporaryDirectory
    let file: any File

    init() throws {
        directory = try TemporaryDirectory()
        file = try PosixFileSystem().openFile(directory.path("file"), .createNew)
    }

    private func byte(_ position: Int, of region: MappedRegion) -> UInt8 {
        region.bytes.bigEndian(UInt8.self, at: position)
    }

    @Test func `a map shows what is written after it was made`() throws {
        let region = try file.map(byteCount: 3 * systemPageByteCount)
        try file.write([1, 2, 3], at: .start)
        #expect(region.byteCount == 3 * systemPageByteCount)
        #expect(byte(2, of: region) == 3)
        try file.write([7], at: FilePosition(systemPageByteCount))
        #expect(byte(systemPageByteCount, of: region) == 7)
    }

    @Test func `a map outlives its file's name and descriptor`() throws {
        let region = try {
            let other = try PosixFileSystem().openFile(directory.path("other"), .createNew)
            try other.write([1, 2, 3], at: .start)
            return try other.map(byteCount: 3)
        }()
        try PosixFileSystem().remove(directory.path("other"))
        #expect(byte(1, of: region) == 2)
    }

    @Test func `populating past the end is a failure instead of a signal`() throws {
        try file.write([1, 2, 3], at: .start)
        let region = try file.map(byteCount: 3 * systemPageByteCount)
        try region.populate(0..<3)
        try region.populate(2..<systemPageByteCount)
        try region.populate(0..<0)
        #expect(throws: IOFailure(.populate, file.path, errorNumber: EFAULT)) {
            try region.populate(systemPageByteCount..<systemPageByteCount + 1)
        }
        #expect(throws: IOFailure(.populate, file.path, errorNumber: EFAULT)) {
            try region.populate(1..<region.byteCount)
        }
        try file.truncate(to: region.byteCount)
        try region.populate(1..<region.byteCount)
    }

    @Test func `populating outside the map is a mistake of ours`() async {
        await #expect(processExitsWith: .failure) {
            let region = try PosixFileSystem().openFile("/dev/zero", .read).map(byteCount: 10)
            try region.populate(0..<11)
        }
    }
}
