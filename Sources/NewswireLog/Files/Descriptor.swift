internal import Glibc

/// An open descriptor; it is closed when its owner lets go of it.
///
/// A failed `close` is not reported: what has to be durable was synced before, and Linux frees the
/// number whatever the answer is.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes over an open descriptor; nil for -1, so that the caller reads `errno` at once.
    init?(owning number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { _ = close(number) }

    /// Opens `path` with `flags` (close-on-exec is added), for our user and, reading only, our
    /// group.
    static func open(
        _ path: String, _ flags: Int32, as operation: IOFailure.Operation = .open
    ) throws(IOFailure) -> Descriptor {
        // Sound: the string lives as a terminated one for the length of the call.
        let number = repeatingInterrupted { unsafe Glibc.open(path, flags | O_CLOEXEC, 0o640) }
        guard let descriptor = Descriptor(owning: number) else {
            throw IOFailure(operation, path, errorNumber: errno)
        }
        return descriptor
    }
}

/// Repeats a call that a signal interrupted before it had done anything.
@inline(always)  // The closure is one system call; a second call around it would only cost.
func repeatingInterrupted<Answer: FixedWidthInteger>(_ call: () -> Answer) -> Answer {
    while true {
        let answer = call()
        guard answer == -1, errno == EINTR else { return answer }
    }
}
