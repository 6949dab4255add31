internal import Glibc
import NewswireLog

/// Why nothing more can be written to a stream.
enum OutputFailure: Error {
    /// Whoever read it is gone.
    case closed
    /// The system refused, with its error number.
    case failed(errorNumber: Int32)

    /// The failure that an error number stands for.
    init(errorNumber: Int32) {
        self = errorNumber == EPIPE ? .closed : .failed(errorNumber: errorNumber)
    }

    /// The system's words for an error number.
    static func reason(_ errorNumber: Int32) -> String {
        // Sound: strerror answers a terminated string that is copied at once.
        unsafe strerror(errorNumber).map { unsafe String(cString: $0) } ?? "error \(errorNumber)"
    }
}

/// An open stream that is written to its end, however little the system takes at a time.
struct OutputDescriptor {
    let number: Int32

    func write(_ bytes: RawSpan) throws(OutputFailure) {
        var position = 0
        while position < bytes.byteCount {
            let rest = bytes.extracting(position..<bytes.byteCount)
            // Sound: the pointer stays within the call.
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
            }
            if count >= 0 {
                position += count
            } else {
                try waitAfter(errno)
            }
        }
    }

    /// Waits until the stream takes bytes again, if that is what the failure of a write says.
    private func waitAfter(_ errorNumber: Int32) throws(OutputFailure) {
        guard errorNumber != EINTR else { return }
        guard errorNumber == EAGAIN else { throw OutputFailure(errorNumber: errorNumber) }
        var descriptor = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        // Sound: one descriptor, which lives through the call.
        _ = unsafe poll(&descriptor, 1, -1)
    }
}
