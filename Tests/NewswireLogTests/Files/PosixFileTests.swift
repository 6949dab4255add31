import Glibc
import NewswireLog
import NewswireTesting
import Testing

struct PosixFileTests {
    let directory: TemporaryDirectory
    let file: any File

    init() throws {
        directory = try TemporaryDirectory()
        file = try PosixFileSystem().openFile(directory.path("file"), .createNew)
    }

    @Test func `what was written is read back at its place`() throws {
        try file.write([1, 2, 3], at: FilePosition(5))
        #expect(try file.byteCount() == 8)
        #expect(try file.read(8, at: .start) == [0, 0, 0, 0, 0, 1, 2, 3])
        #expect(try file.read(2, at: FilePosition(6)) == [2, 3])
    }

    @Test(arguments: [0, 1, 3, 1024, 1025, 2500])
    func `pieces are written one behind the other, however many`(count: Int) throws {
        // The system takes 1024 at once.
        let bytes = (0..<count * 2).map { UInt8(truncatingIfNeeded: $0 / 2) }
        let pieces = (0..<count).reversed().map { $0 * 2..<$0 * 2 + 1 + $0 % 2 }
        try file.write(pieces, of: bytes.rawSpan, at: FilePosition(3))
        let expected = pieces.flatMap { bytes[$0] }
        #expect(try file.read(10_000, at: FilePosition(3)) == expected)
    }

    @Test func `a read past the end answers what there is`() throws {
        try file.write([1, 2, 3], at: .start)
        #expect(try file.read(10, at: FilePosition(1)) == [2, 3])
        #expect(try file.read(10, at: FilePosition(3)).isEmpty)
        #expect(try file.read(10, at: FilePosition(100)).isEmpty)
        #expect(try file.read(0, at: .start).isEmpty)
    }

    @Test func `a file is cut and extended with zeros`() throws {
        try file.write([1, 2, 3], at: .start)
        try file.truncate(to: 1)
        try file.truncate(to: 4)
        #expect(try file.read(10, at: .start) == [1, 0, 0, 0])
    }

    @Test func `reserved space does not change the length`() throws {
        try file.write([1, 2, 3], at: .start)
        try file.reserve(upTo: 1 << 20)
        try file.reserve(upTo: 0)
        #expect(try file.byteCount() == 3)
        #expect(try file.read(10, at: .start) == [1, 2, 3])
    }

    @Test func `a sync of a file succeeds and one of a device fails`() throws {
        try file.write([1], at: .start)
        try file.synchronize()
        let device = try PosixFileSystem().openFile("/dev/zero", .readWrite)
        #expect(throws: IOFailure(.synchronize, "/dev/zero", errorNumber: EINVAL)) {
            try device.synchronize()
        }
    }

    @Test func `a full disk is a failure that says so`() throws {
        let device = try PosixFileSystem().openFile("/dev/full", .readWrite)
        let failure = #expect(throws: IOFailure.self) { try device.write([1], at: .start) }
        #expect(failure == IOFailure(.write, "/dev/full", errorNumber: ENOSPC))
        #expect(failure?.isDiskFull == true)
        #expect(failure?.isOutOfDescriptors == false)
    }

    @Test func `a file opened for reading refuses writes`() throws {
        let reader = try PosixFileSystem().openFile(file.path, .read)
        #expect(throws: IOFailure(.write, file.path, errorNumber: EBADF)) {
            try reader.write([1], at: .start)
        }
    }

    @Test func `a limit on file sizes leaves the part that fits and says that it is full`() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            let file = try PosixFileSystem().openFile(directory.path("file"), .createNew)
            ProcessLimits.setFileBytesMax(4)
            let failure = #expect(throws: IOFailure.self) {
                try file.write([1, 2, 3, 4, 5, 6], at: .start)
            }
            #expect(failure?.isDiskFull == true)
            #expect(try file.read(10, at: .start) == [1, 2, 3, 4])
        }
    }

    @Test func `a process without descriptors gets a failure that says so`() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            ProcessLimits.setOpenFilesMax(3)
            let failure = #expect(throws: IOFailure.self) {
                _ = try PosixFileSystem().openFile(directory.path("file"), .createNew)
            }
            #expect(failure?.isOutOfDescriptors == true)
        }
    }

    @Test func `descriptors close with their file, and when a program is started`() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            do {
                let fileSystem = PosixFileSystem()
                let file = try fileSystem.openFile(directory.path("file"), .createNew)
                let lock = try fileSystem.lock(directory.path("lock"))
                let watch = try DirectoryWatch()
                try watch.add(directory.path)
                try fileSystem.synchronizeDirectory(directory.path)
                #expect(ProcessLimits.openDescriptors(named: directory.path) == [true, true])
                #expect(ProcessLimits.openDescriptors(named: "anon_inode:inotify") == [true])
                withExtendedLifetime((file, lock, watch)) {}
            }
            #expect(ProcessLimits.openDescriptors(named: directory.path) == [])
            #expect(ProcessLimits.openDescriptors(named: "anon_inode:inotify") == [])
        }
    }
}
