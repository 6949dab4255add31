internal import Glibc

/// The lock that keeps a second engine out of a data directory, in another process or in this one.
///
/// Its file says who has it, for the one who does not get it. It is never removed: a lock on a file
/// without a name would keep nobody out.
package struct DirectoryLock: Sendable {
    /// The name of the lock's file in the data directory.
    package static let fileName = "LOCK"

    private let lock: any FileLock

    /// Takes the lock of `directory` and writes this process into it.
    ///
    /// - Throws: `.locked` with the holder's own words when somebody has it; `.inputOutput`.
    package init(
        of directory: String, on fileSystem: any FileSystem, time: any TimeSource
    ) throws(LogFailure) {
        let path = directory + "/" + Self.fileName
        do throws(IOFailure) {
            guard let lock = try fileSystem.lock(path) else {
                throw IOFailure(.lock, path, errorNumber: EWOULDBLOCK)
            }
            try lock.describe(Self.thisProcess(at: time.wallClock()) + "\n")
            self.lock = lock
        } catch  where error.operation == .lock && error.errorNumber == EWOULDBLOCK {
            throw .locked(path: directory, holder: Self.holder(path, on: fileSystem))
        } catch {
            throw .inputOutput(nil, error)
        }
    }

    /// Gives the directory back; the text stays until the next holder replaces it.
    package func release() { lock.release() }

    /// What the lock's file says, made fit for an error message: its bytes are anybody's.
    private static func holder(_ path: String, on fileSystem: any FileSystem) -> String {
        do throws(IOFailure) {
            let bytes = try fileSystem.contents(of: path, byteCountMax: 512)
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            return line.isEmpty ? "a process that has not said which" : printable(line)
        } catch {
            return "a process unknown, as its lock is unreadable: \(error)"
        }
    }

    private static func thisProcess(at time: Timestamp) -> String {
        let program = CommandLine.arguments.first.flatMap { $0.split(separator: "/").last }
        let name = printable(String((program ?? "unknown").prefix(64)))
        return "process \(getpid()) (\(name)) on \(hostName()) since \(time.iso8601)"
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        // Sound: one byte is kept back, so that a cut name is terminated, too.
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "an unnamed host" }
        return printable(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }

    private static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "?" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
