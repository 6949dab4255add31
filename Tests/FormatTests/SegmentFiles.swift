import Foundation
import NewswireLog

/// The files of one segment, wherever they are.
struct SegmentFiles {
    /// The path of the log file, and the others' without their extensions.
    let log: String
    private let stem: String

    init(_ log: String) {
        self.log = log
        stem = String(log.dropLast(".log".utf8.count))
    }

    /// The offset in its name.
    var baseOffset: Offset { Offset(Int64(stem.suffix(20)) ?? -1) }

    /// All segments below a folder, by path.
    static func all(below folder: String) throws -> [SegmentFiles] {
        try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".log") }.sorted().map { SegmentFiles("\(folder)/\($0)") }
    }

    /// The path of one of its files.
    func path(of kind: SegmentFileName.Kind) -> String { "\(stem).\(kind.rawValue)" }

    /// The bytes of one of its files.
    func bytes(of kind: SegmentFileName.Kind) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path(of: kind))))
    }

    /// Both indexes as they follow from the log alone.
    func rebuiltIndexes(
        interval: Int, _ order: SegmentScan.Order = .dense
    ) throws -> SegmentIndexes {
        let file = try PosixFileSystem().openFile(log, .read)
        let scan = SegmentScan(
            file, expecting: baseOffset, limit: try file.byteCount(), order: order)
        return try IndexRebuild.indexes(of: scan, baseOffset: baseOffset, interval: interval)
    }
}
