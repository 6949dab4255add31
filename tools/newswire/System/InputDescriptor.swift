internal import Glibc
import NewswireLog

/// An open stream that is read as its bytes come.
final class InputDescriptor {
    /// What it is called in messages.
    let name: String
    private let number: Int32
    private let isOwned: Bool

    /// Standard input.
    init() {
        name = "standard input"
        number = StandardStreams.input
        isOwned = false
    }

    /// The file at `path`.
    init(path: String) throws(IOFailure) {
        name = path
        // Sound: the path is terminated and not kept.
        number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        isOwned = true
        guard number >= 0 else { throw IOFailure(.open, path, errorNumber: errno) }
    }

    deinit {
        if isOwned { close(number) }
    }

    /// Whether somebody types here.
    var isTerminal: Bool { StandardStreams.isTerminal(number) }

    /// What a wait ended with.
    enum Readiness { case ready, stopped, notYet }

    /// Waits until bytes or the end can be read, or `stop` says to stop; only looks unless `waits`.
    func wait(orStop stop: StopSignal, waits: Bool) throws(IOFailure) -> Readiness {
        var descriptors = [
            pollfd(fd: number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            // Sound: the array lives through the call, and its count is passed.
            let count = unsafe poll(&descriptors, 2, waits ? -1 : 0)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw IOFailure(.read, name, errorNumber: errno) }
            if descriptors[1].revents != 0 { return .stopped }
            return count == 0 ? .notYet : .ready
        }
    }

    /// Appends up to `byteCount` bytes that are there to `bytes`; answers how many: 0 at the end.
    func read(upTo byteCount: Int, appendingTo bytes: inout [UInt8]) throws(IOFailure) -> Int {
        while true {
            var count = 0
            bytes.append(addingCapacity: byteCount) { output in
                // Sound: read(2) initialises `count` bytes from the start, and no more is claimed.
                unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
                    unsafe count = Glibc.read(number, buffer.baseAddress, byteCount)
                    initialized = max(count, 0)
                }
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw IOFailure(.read, name, errorNumber: errno) }
        }
    }
}
