internal import Glibc
public import NewswireLog

/// A new, empty directory of this machine; it is removed with everything in it when it is dropped.
public final class TemporaryDirectory: Sendable {
    /// Its absolute path.
    public let path: String

    /// Makes one in `parent`, or in `TMPDIR` (`/tmp` when that is not set).
    public init(in parent: String? = nil) throws(IOFailure) {
        // Sound: the template is ours and terminated, and what comes back is copied at once.
        let place = unsafe parent ?? getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((place + "/newswire-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw IOFailure(.createDirectory, place, errorNumber: errno)
        }
        path = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    }

    deinit { _ = Self.removeTree(path) }

    /// The path of `name` in the directory.
    public func path(_ name: String) -> String { path + "/" + name }

    /// Removes what it can, and answers what it could not.
    private static func removeTree(_ path: String) -> [IOFailure] {
        let fileSystem = PosixFileSystem()
        var failures: [IOFailure] = []
        do throws(IOFailure) {
            for entry in try fileSystem.entries(of: path) {
                let inner = path + "/" + entry.name
                guard entry.isDirectory else {
                    try fileSystem.remove(inner)
                    continue
                }
                failures += removeTree(inner)
            }
            try fileSystem.removeDirectory(path)
        } catch {
            failures.append(error)
        }
        return failures
    }
}
