/// The log file of a segment, as a directory lists it.
package struct SegmentFile: Hashable, Sendable {
    package let baseOffset: Offset
    package let path: String
    package let byteCount: Int

    package init(baseOffset: Offset, path: String, byteCount: Int) {
        self.baseOffset = baseOffset
        self.path = path
        self.byteCount = byteCount
    }
}

/// What lies in a partition's directory, by names and lengths: one look, nothing is read.
struct PartitionFiles: Sendable {
    /// In the order of their offsets.
    private(set) var segments: [SegmentFile] = []
    private(set) var hasMetadata = false
    private(set) var hasEpochs = false
    /// Whether a sync failed since the log was last opened, so that another one proves nothing.
    private(set) var hasSyncFailureNote = false
    /// Names that are none of the log's.
    private(set) var ignored: [String] = []

    init(in directory: String, on fileSystem: any FileSystem) throws(IOFailure) {
        for entry in try fileSystem.entries(of: directory) {
            let path = "\(directory)/\(entry.name)"
            guard let name = SegmentFileName(entry.name), !entry.isDirectory else {
                if !isOurs(entry.name) { ignored.append(path) }
                continue
            }
            guard name.kind == .log, let status = try fileSystem.status(of: path) else { continue }
            segments.append(
                SegmentFile(
                    baseOffset: name.baseOffset, path: path, byteCount: status.byteCount))
        }
        segments.sort { $0.baseOffset < $1.baseOffset }
    }

    /// Notes a name that is not of a segment's; false when the log knows no such name.
    private mutating func isOurs(_ name: String) -> Bool {
        switch name {
        case PartitionMetadataFile.fileName: hasMetadata = true
        case LeaderEpochTable.fileName: hasEpochs = true
        case SyncFailureNote.fileName: hasSyncFailureNote = true
        default: return false
        }
        return true
    }
}
