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

    /// How many bytes a file has; nil for what is no file.
    func byteCount() throws(IOFailure) -> Int? {
        var status = stat()
        // Sound: the status lives through the call.
        guard unsafe fstat(number, &status) == 0 else {
            throw IOFailure(.status, name, errorNumber: errno)
        }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Waits until bytes or the end can be read; false when `stop` says to stop.
    func wait(orStop stop: StopSignal) throws(IOFailure) -> Bool {
        var descriptors = [
            pollfd(fd: number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            // Sound: the array lives through the call, and its count is passed.
            let count = unsafe poll(&descriptors, 2, -1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw IOFailure(.read, name, errorNumber: errno) }
            return descriptors[1].revents == 0
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
