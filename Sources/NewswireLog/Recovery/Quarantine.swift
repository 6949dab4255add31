/// Sets files aside in `quarantine/`, with the reason beside them; nothing is ever deleted there.
enum Quarantine {
    static let directoryName = "quarantine"

    /// Moves the file at `path`.
    ///
    /// - Returns: its new path.
    static func move(
        _ path: String, of partition: TopicPartition, because reason: String,
        on services: LogServices
    ) throws(IOFailure) -> String {
        let fileSystem = services.fileSystem
        let folder = "\(services.directory)/\(directoryName)"
        if try fileSystem.status(of: folder) == nil {
            try fileSystem.createDirectory(folder)
            try fileSystem.synchronizeDirectory(services.directory)
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var target = "\(folder)/\(partition).\(name)"
        var number = 1
        while try fileSystem.status(of: target) != nil {
            number += 1
            target = "\(folder)/\(partition).\(number).\(name)"
        }
        try AtomicReplace.write(
            [UInt8]("\(reason)\n".utf8).rawSpan, to: "\(target).reason", on: fileSystem)
        try fileSystem.rename(path, to: target)
        try fileSystem.synchronizeDirectory(folder)
        try fileSystem.synchronizeDirectory(directory(of: path))
        return target
    }
}
