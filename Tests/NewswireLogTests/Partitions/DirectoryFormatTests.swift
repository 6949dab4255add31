import NewswireLog
import NewswireTesting
import Testing

struct DirectoryFormatTests {
    static let format = DirectoryFormat(directoryID: TopicID(high: 1 << 63, low: 7))

    @Test func `a format is read as it is written`() throws {
        let bytes = Self.format.encoded
        #expect(bytes.count == DirectoryFormat.Layout.byteCount)
        #expect(bytes.starts(with: Array("NEWSWIRE".utf8) + [0, 0, 0, 2]))
        #expect(try DirectoryFormat(bytes.rawSpan) == Self.format)
    }

    @Test func `any bit that changes, and any cut, is noticed`() {
        let bytes = Self.format.encoded
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: FormatFailure.self, "bit \(bit)") {
                try DirectoryFormat(changed.rawSpan)
            }
        }
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            #expect(throws: FormatFailure.self) { try DirectoryFormat(cut.rawSpan) }
        }
        let long = bytes + [0]
        #expect(throws: FormatFailure.self) { try DirectoryFormat(long.rawSpan) }
    }

    @Test func `later and earlier versions are told apart from damage, whole or not`() {
        var later = Self.format.encoded
        later[11] = 9
        for bytes in [later, Array(later.prefix(12)), later + [1, 2, 3]] {
            #expect(throws: FormatFailure.tooNew(version: 9, newest: 2)) {
                try DirectoryFormat(bytes.rawSpan)
            }
        }
        later[11] = 0
        #expect(throws: FormatFailure.tooOld(version: 0, oldest: 1)) {
            try DirectoryFormat(later.rawSpan)
        }
    }

    @Test func `a directory of a later version is not even locked`() throws {
        let disk = SimulatedFileSystem()
        let store = LogStore(on: disk)
        try store.open().append(0)
        try store.close()
        try disk.remove("/data/LOCK")
        try disk.overwrite("/data/newswire.format", at: FilePosition(11), with: [3])
        let count = disk.operationCount
        for mode in [LogDirectoryOptions.Mode.readWrite, .readOnly] {
            store.options.mode = mode
            #expect {
                try store.open()
            } throws: { error in
                guard case .format(_, .tooNew(3, 2))? = error as? LogFailure else { return false }
                return true
            }
        }
        #expect(disk.operationCount == count)
    }

    @Test func `what is no directory of ours is refused and left alone`() throws {
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/data")
        _ = try disk.openFile("/data/letter.txt", .createNew)
        let count = disk.operationCount
        let store = LogStore(on: disk)
        #expect(throws: LogFailure.self) { try store.open() }
        store.options.createsDirectory = false
        #expect(throws: LogFailure.self) { try store.open() }
        store.options.mode = .readOnly
        #expect(throws: LogFailure.self) { try store.open() }
        #expect(disk.operationCount == count)
    }

    @Test func `a directory is made whole or not at all, wherever the power fails`() throws {
        for point in 0... {
            let disk = SimulatedFileSystem()
            disk.crashPoint = point
            var isOpen = false
            do {
                _ = try LogStore(on: disk).open()
                isOpen = true
            } catch { isOpen = false }
            for profile in CrashProfile.allCases {
                let image = disk.crash(profile, seed: UInt64(point))
                let store = LogStore(on: image)
                let log = try store.open()
                try log.append(0)
                #expect(try log.values() == recordTexts(0..<1), "point \(point), \(profile)")
            }
            if isOpen { break }
        }
    }
}
