import NewswireLog

/// A file that belongs to a log, of ours or of a Kafka broker's, by its name.
struct LogFile: Hashable {
    /// What a file holds.
    enum Kind: Hashable {
        /// One of a segment's files.
        case segment(SegmentFileName)
        /// `leader-epoch-checkpoint`.
        case leaderEpochs
        /// `partition.metadata`.
        case partitionMetadata
        /// An offset of each partition, as Kafka's brokers keep them in the root of their data.
        case offsetCheckpoint
        /// Lines of names and values.
        case properties
        /// `newswire.format`.
        case directoryFormat
        /// A checkpoint: a head in `commit/`.
        case head
        /// A file of the commit log; from an older version also a head.
        case redo
    }

    let path: String
    let kind: Kind
    /// The partition that the name of the directory says.
    let partition: TopicPartition?

    /// The file at `path`; nil when its name is none that is known.
    init?(path: String) {
        guard let kind = Self.kind(ofName: FilePath.name(of: path)) else { return nil }
        self.path = path
        self.kind = kind
        partition = FilePath.parent(of: path).flatMap {
            TopicPartition(directoryName: FilePath.name(of: $0))
        }
    }

    private static func kind(ofName name: String) -> Kind? {
        if let segment = SegmentFileName(name) { return .segment(segment) }
        switch name {
        case LeaderEpochTable.fileName: return .leaderEpochs
        case "partition.metadata": return .partitionMetadata
        case "newswire.format": return .directoryFormat
        case "meta.properties": return .properties
        default: break
        }
        if name.hasSuffix("-checkpoint") { return .offsetCheckpoint }
        if name.hasSuffix(".head") { return .head }
        if name.hasSuffix(".redo") { return .redo }
        // A copy under a name of somebody's choice: as if it began at offset 0.
        let suffix = name.split(separator: ".").last.map(String.init) ?? ""
        guard suffix != name, let kind = SegmentFileName.Kind(rawValue: suffix) else { return nil }
        return .segment(SegmentFileName(.zero, kind))
    }
}

extension TopicPartition {
    /// The partition whose directory has this name; nil when it is no partition's.
    init?(directoryName name: String) {
        guard let dash = name.lastIndex(of: "-"), dash > name.startIndex else { return nil }
        let digits = name[name.index(after: dash)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(digits)
        else { return nil }
        self.init(String(name[..<dash]), Int(number))
    }
}
