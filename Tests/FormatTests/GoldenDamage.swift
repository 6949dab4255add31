import Foundation
import NewswireLog
import NewswireTesting

/// One kind of damage, done to a small directory with the partition `orders-0`.
struct GoldenDamage: Sendable {
    /// How the directory was left before it was damaged.
    enum Before: Sendable {
        /// Closed in order: all 48 records are synced, and its head says so.
        case closed
        /// Left by a crash: its head knows of 30 synced records, 18 more were written.
        case crashed
        /// Left by a power failure: the same, with records that were `synced`. The commit log has
        /// all 18, a group for three of them each; of their segments the synced part is left.
        case uncovered
    }

    let name: String
    let before: Before
    /// Changes the files of the directory at this path.
    let inflict: @Sendable (_ path: String) throws -> Void

    init(_ name: String, _ before: Before, _ inflict: @escaping @Sendable (String) throws -> Void) {
        self.name = name
        self.before = before
        self.inflict = inflict
    }

    /// The partition: three records a batch, four segments, which begin at 0, 15, 27 and 42.
    static let partition = GoldenPartition("orders", batches: [Int](repeating: 3, count: 16)) {
        $0.durability = .written
    }

    /// The same, each batch of which is committed by itself.
    static let syncedPartition = GoldenPartition(
        "orders", batches: [Int](repeating: 3, count: 16))

    /// The partition that the directory holds.
    var partition: GoldenPartition {
        before == .uncovered ? Self.syncedPartition : Self.partition
    }

    /// Damage that leaves a directory which can be opened.
    static let all = segments + commitLog

    private static let segments = [
        GoldenDamage("torn-tail", .crashed) { path in
            try cut(10, from: log(42), in: path)
        },
        GoldenDamage("torn-in-the-middle", .crashed) { path in
            try flip(byte: 70, ofBatch: 33, in: log(27), in: path)
        },
        GoldenDamage("zeros-behind-the-end", .crashed) { path in
            try append([UInt8](repeating: 0, count: 500), to: log(42), in: path)
        },
        GoldenDamage("rot-before-a-crash", .crashed) { path in
            try flip(byte: 70, ofBatch: 27, in: log(27), in: path)
        },
        GoldenDamage("rot-in-a-sealed-segment", .closed) { path in
            try flip(byte: 70, ofBatch: 18, in: log(15), in: path)
        },
        GoldenDamage("rot-in-a-length", .closed) { path in
            try flip(byte: 9, ofBatch: 18, in: log(15), in: path)
        },
        GoldenDamage("segment-missing", .closed) { path in
            try remove(log(15), in: path)
        },
        GoldenDamage("last-segment-missing", .closed) { path in
            try remove(log(42), in: path)
        },
        GoldenDamage("indexes", .closed) { path in
            try replace("orders-0/\(SegmentFileName(Offset(0), .offsetIndex))", in: path) { bytes in
                bytes.indices.map { $0 % 8 == 7 ? bytes[$0] ^ 1 : bytes[$0] }
            }
            try replace("orders-0/\(SegmentFileName(Offset(15), .timeIndex))", in: path) {
                [UInt8](repeating: 0, count: $0.count)
            }
            try remove("orders-0/\(SegmentFileName(Offset(27), .offsetIndex))", in: path)
            try cut(5, from: "orders-0/\(SegmentFileName(Offset(42), .timeIndex))", in: path)
        },
        GoldenDamage("newest-head", .closed) { path in
            try flip(byte: 50, in: try heads(in: path)[1], in: path)
        },
        GoldenDamage("all-heads", .closed) { path in
            let heads = try heads(in: path)
            try flip(byte: 50, in: heads[1], in: path)
            try cut(4090, from: heads[0], in: path)
        },
        GoldenDamage("small-files", .crashed) { path in
            try replace("orders-0/leader-epoch-checkpoint", in: path) { _ in [UInt8]("0\n7".utf8) }
            try remove("orders-0/partition.metadata", in: path)
            try append([1, 2, 3], to: "orders-0/notes.txt", in: path)
        },
    ]

    private static let commitLog = [
        GoldenDamage("redo-not-applied", .uncovered) { path in
            try dropUnsynced(in: path)
        },
        GoldenDamage("redo-segments-missing", .uncovered) { path in
            try dropUnsynced(in: path)
            try remove(log(27), in: path)
        },
        GoldenDamage("redo-torn", .uncovered) { path in
            try dropUnsynced(in: path)
            try replace(redoFile, in: path) { bytes in
                Array(bytes.dropLast(4000)) + [UInt8](repeating: 0, count: 4000)
            }
        },
        GoldenDamage("redo-rot", .uncovered) { path in
            try dropUnsynced(in: path)
            // The third of six groups.
            let groups = try redoPageCount(in: path) - 6
            try flip(byte: (groups + 2) * 4096 + 100, in: redoFile, in: path)
        },
        GoldenDamage("redo-first-page", .uncovered) { path in
            try dropUnsynced(in: path)
            try flip(byte: 3, in: redoFile, in: path)
        },
        GoldenDamage("redo-missing", .uncovered) { path in
            try dropUnsynced(in: path)
            try remove(redoFile, in: path)
        },
    ]

    /// Directories that are refused: only their `newswire.format` is kept.
    static let refused = [
        GoldenDamage("version-0", .closed) { path in
            try replaceFormat(version: 0, in: path)
        },
        GoldenDamage("version-3", .closed) { path in
            try replaceFormat(version: 3, in: path)
        },
        GoldenDamage("format", .closed) { path in
            try flip(byte: 20, in: "newswire.format", in: path)
        },
    ]
}

/// The log of the segment that begins at `offset`.
private func log(_ offset: Int64) -> String { "orders-0/\(SegmentFileName(Offset(offset), .log))" }

/// The older and the newer head.
private func heads(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/commit")
        .filter { $0.hasSuffix(".head") }.sorted().map { "commit/\($0)" }
}

private let redoFile = "commit/00000000000000000001.redo"

private func redoPageCount(in path: String) throws -> Int {
    try Data(contentsOf: URL(filePath: "\(path)/\(redoFile)")).count / 4096
}

/// Takes what no sync of a segment covered.
private func dropUnsynced(in path: String) throws {
    let head = try RedoDirectory(in: path, on: PosixFileSystem()).load().newest
    guard let entry = head?.entries.first else { return }
    let last = log(entry.recoverySegment.value)
    try replace(last, in: path) { Array($0.prefix(entry.recoveryPosition.value)) }
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(path)/orders-0") {
        guard let file = SegmentFileName(name), file.baseOffset > entry.recoverySegment else {
            continue
        }
        try remove("orders-0/\(name)", in: path)
    }
}

/// Replaces the bytes of a file, which may be missing.
private func replace(
    _ file: String, in path: String, _ change: ([UInt8]) throws -> [UInt8]
) throws {
    let url = URL(filePath: "\(path)/\(file)")
    let isThere = FileManager.default.fileExists(atPath: url.path())
    try Data(change(isThere ? Array(Data(contentsOf: url)) : [])).write(to: url)
}

private func remove(_ file: String, in path: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(file)")
}

private func cut(_ byteCount: Int, from file: String, in path: String) throws {
    try replace(file, in: path) { $0.dropLast(byteCount) }
}

private func append(_ bytes: [UInt8], to file: String, in path: String) throws {
    try replace(file, in: path) { $0 + bytes }
}

private func flip(byte position: Int, in file: String, in path: String) throws {
    try replace(file, in: path) { bytes in
        var bytes = bytes
        bytes[position] ^= 0x10
        return bytes
    }
}

/// Changes byte `position` of the batch that begins with `offset`.
private func flip(
    byte position: Int, ofBatch offset: Int64, in file: String, in path: String
) throws {
    let bytes = Array(try Data(contentsOf: URL(filePath: "\(path)/\(file)")))
    var start = 0
    while start < bytes.count {
        let header = try RecordBatchHeader(bytes.rawSpan.extracting(droppingFirst: start))
        if header.baseOffset.value == offset { break }
        start += header.byteCount
    }
    try flip(byte: start + position, in: file, in: path)
}

/// Writes a format file of another version whose checksum is right, and removes everything else.
private func replaceFormat(version: UInt32, in path: String) throws {
    try replace("newswire.format", in: path) { bytes in
        var changed = bytes
        var number: [UInt8] = []
        number.append(bigEndian: version)
        changed.replaceSubrange(DirectoryFormat.Layout.version, with: number)
        let end = DirectoryFormat.Layout.crc.lowerBound
        var crc: [UInt8] = []
        crc.append(bigEndian: CRC32C.checksum(of: changed.rawSpan.extracting(0..<end)))
        return Array(changed[..<end]) + crc
    }
}
