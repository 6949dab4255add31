internal import Glibc

/// A call to the operating system that failed: what was asked of which file, and the answer.
public struct IOFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was asked for.
    public enum Operation: String, Sendable {
        /// A request to the operating system, by its usual name.
        case open, create, read, write, truncate, reserve, synchronize, map, populate, close
        case rename, remove, list, status, createDirectory, synchronizeDirectory, lock, watch
        case startThread
    }

    /// What was asked for.
    public let operation: Operation
    /// The file or directory.
    public let path: String
    /// The system's error number.
    public let errorNumber: Int32

    /// Describes the failure of `operation` on `path`.
    public init(_ operation: Operation, _ path: String, errorNumber: Int32) {
        self.operation = operation
        self.path = path
        self.errorNumber = errorNumber
    }

    /// Whether no space or quota is left (or a file may not grow further).
    public var isDiskFull: Bool {
        // Of a watch, ENOSPC speaks of the user's inotify watches.
        operation != .watch && [ENOSPC, EDQUOT, EFBIG].contains(errorNumber)
    }

    /// Whether the process or the system has no descriptor left.
    public var isOutOfDescriptors: Bool { errorNumber == EMFILE || errorNumber == ENFILE }

    /// Whether there is no such file.
    public var isNotFound: Bool { errorNumber == ENOENT }

    /// One sentence: what failed, on which file, and why.
    public var description: String {
        // Sound: strerror answers a terminated string that is copied at once.
        let reason = unsafe strerror(errorNumber).map { unsafe String(cString: $0) }
        return "cannot \(operation.rawValue) \(path): \(reason ?? "error \(errorNumber)")"
    }
}
