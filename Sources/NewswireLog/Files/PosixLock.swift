internal import Glibc
internal import Synchronization

/// An flock, held by an open file of its own.
final class PosixLock: FileLock {
    private let path: String
    private let file: Mutex<Descriptor?>

    init(_ path: String, _ descriptor: consuming Descriptor) {
        self.path = path
        file = Mutex(descriptor)
    }

    func describe(_ holder: String) throws(IOFailure) {
        try file.withLock { file throws(IOFailure) in
            guard let number = file?.number else {
                preconditionFailure("describing a released lock at \(path)")
            }
            try Self.replace(path, number, Array(holder.utf8))
        }
    }

    func release() {
        file.withLock { file in
            guard let descriptor = file.take() else { return }
            // A forked child may hold the same open file: closing alone would leave the lock with
            // it.
            _ = flock(descriptor.number, LOCK_UN)
        }
    }

    /// The bytes first, then the length, so that a reader never finds the file empty.
    private static func replace(
        _ path: String, _ descriptor: Int32, _ text: [UInt8]
    ) throws(IOFailure) {
        let count = repeatingInterrupted { unsafe pwrite(descriptor, text, text.count, 0) }
        guard count >= 0 else { throw IOFailure(.write, path, errorNumber: errno) }
        guard count == text.count else { throw IOFailure(.write, path, errorNumber: ENOSPC) }
        guard repeatingInterrupted({ ftruncate(descriptor, text.count) }) == -1 else { return }
        throw IOFailure(.truncate, path, errorNumber: errno)
    }
}
