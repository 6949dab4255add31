/// Sets files aside in `quarantine/`, with the reason beside them; nothing is ever deleted there.
enum Quarantine {
    static let directoryName = "quarantine"

    /// Makes durable what a process set aside that was killed before it had synced that: a file
    /// must not come back to a log that went on without it.
    static func settle(in directory: String, on fileSystem: any FileSystem) throws(IOFailure) {
        let quarantine = "\(directory)/\(directoryName)"
        guard try fileSystem.status(of: quarantine) != nil else { return }
        try fileSystem.synchronizeDirectory(quarantine)
    }

    /// Moves the file `name` out of `folder`, which lies in the data directory.
    ///
    /// - Returns: its new path; its name begins with that of the folder.
    static func move(
        _ name: String, from folder: String, in directory: String, because reason: String,
        on fileSystem: any FileSystem
    ) throws(IOFailure) -> String {
        let target = try target("\(folder).\(name)", in: directory, on: fileSystem)
        try write(reason, beside: target, on: fileSystem)
        try fileSystem.rename("\(directory)/\(folder)/\(name)", to: target)
        try fileSystem.synchronizeDirectory("\(directory)/\(directoryName)")
        try fileSystem.synchronizeDirectory("\(directory)/\(folder)")
        return target
    }

    /// A path in `quarantine/` that is free; the folder is made if it is not there.
    private static func target(
        _ name: String, in directory: String, on fileSystem: any FileSystem
    ) throws(IOFailure) -> String {
        let quarantine = "\(directory)/\(directoryName)"
        if try fileSystem.status(of: quarantine) == nil {
            try fileSystem.createDirectory(quarantine)
            try fileSystem.synchronizeDirectory(directory)
        }
        var target = "\(quarantine)/\(name)"
        var number = 1
        while try fileSystem.status(of: target) != nil {
            number += 1
            target = "\(quarantine)/\(name).\(number)"
        }
        return target
    }

    private static func write(
        _ reason: String, beside target: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        try AtomicReplace.write(
            [UInt8]("\(reason)\n".utf8).rawSpan, to: "\(target).reason", on: fileSystem)
    }
}
