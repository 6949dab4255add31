internal import Glibc

/// The three descriptors that the process was started with.
enum StandardStreams {
    static let input: Int32 = 0
    static let output: Int32 = 1
    static let errors: Int32 = 2

    /// Prepares them, before anything else is opened: a broken pipe is an answer and not a signal,
    /// and no file can come to stand where a closed one was.
    ///
    /// - Returns: whether standard output was closed from the start.
    static func prepare() -> Bool {
        _ = signal(SIGPIPE, SIG_IGN)
        var isOutputClosed = false
        for descriptor in [input, output, errors] where fcntl(descriptor, F_GETFD) == -1 {
            if descriptor == output { isOutputClosed = true }
            // The lowest free number is taken, which is `descriptor`.
            // Sound: the path is terminated and not kept.
            unsafe _ = open("/dev/null", descriptor == input ? O_RDONLY : O_WRONLY)
        }
        return isOutputClosed
    }

    /// Whether a descriptor is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
