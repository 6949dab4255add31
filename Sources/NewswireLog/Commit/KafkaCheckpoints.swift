/// The files in which a Kafka broker keeps what it knows of all partitions of a directory.
///
/// Written at a clean close, so that a broker can take the directory over; never read here.
enum KafkaCheckpoints {
    static let cleanMarker = ".kafka_cleanshutdown"

    /// Removes the mark of a clean shutdown, before anything else changes.
    static func removeMarker(
        in directory: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        let path = "\(directory)/\(cleanMarker)"
        guard try fileSystem.status(of: path) != nil else { return }
        try fileSystem.remove(path)
        try fileSystem.synchronizeDirectory(directory)
    }

    /// Writes the three checkpoints and, last, the mark.
    static func write(
        _ entries: [RedoHead.Entry], in directory: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        let files: [(String, (RedoHead.Entry) -> Offset)] = [
            ("recovery-point-offset-checkpoint", { $0.recoveryPoint }),
            ("replication-offset-checkpoint", { $0.recoveryPoint }),
            ("log-start-offset-checkpoint", { $0.logStartOffset }),
        ]
        for (name, offset) in files {
            var text = "0\n\(entries.count)\n"
            for entry in entries {
                text += "\(entry.partition.topic) \(entry.partition.partition) \(offset(entry))\n"
            }
            try AtomicReplace.write(
                [UInt8](text.utf8).rawSpan, to: "\(directory)/\(name)", on: fileSystem)
        }
        let marker = [UInt8](#"{"version":0,"brokerEpoch":-1}"#.utf8)
        try AtomicReplace.write(
            marker.rawSpan, to: "\(directory)/\(cleanMarker)", on: fileSystem)
    }
}
