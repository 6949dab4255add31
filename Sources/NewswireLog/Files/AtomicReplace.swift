/// Replaces a small file as a whole: after a crash it holds the old bytes or the new ones.
package enum AtomicReplace {
    /// What is added to the file's name for the copy that is written first.
    package static let temporarySuffix = ".tmp"

    /// Makes `bytes` the contents of the file at `path`, durably.
    ///
    /// The copy beside it is synced before it takes the name, and the directory after. A failure
    /// before the rename leaves the old file and perhaps the copy, which the next replacement
    /// overwrites; a failure of the directory's sync leaves the new one, which a crash may take
    /// back.
    package static func write(
        _ bytes: RawSpan, to path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        let copy = path + temporarySuffix
        try fill(copy, with: bytes, on: fileSystem)
        try fileSystem.rename(copy, to: path)
        try fileSystem.synchronizeDirectory(directory(of: path))
    }

    private static func fill(
        _ path: String, with bytes: RawSpan, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        let file = try fileSystem.openFile(path, .createOrOpen)
        // What an interrupted replacement left may be longer.
        if !Mutant.replacementNotEmptied.isOn { try file.truncate(to: 0) }
        try file.write(bytes, at: .start)
        try file.synchronize()
    }
}

/// The path of the directory that `path` names something in.
package func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}
