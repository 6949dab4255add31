internal import Glibc
internal import NewswireLog

/// Limits of a whole process, and the memory that it has; for exit tests only, as every other test
/// of the process would feel them.
package enum ProcessLimits {
    /// Lets the process have descriptors below `count` only.
    package static func setOpenFilesMax(_ count: Int) {
        set(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), to: count)
    }

    /// Lets files grow to `count` bytes; further writes fail, as the signal is ignored.
    package static func setFileBytesMax(_ count: Int) {
        _ = signal(SIGXFSZ, SIG_IGN)
        set(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), to: count)
    }

    /// Whether each open descriptor of something whose name begins so closes when another program
    /// is started.
    package static func openDescriptors(named start: String) -> [Bool] {
        (Int32(0)..<1024).filter { name(of: $0).hasPrefix(start) }.map { number in
            fcntl(number, F_GETFD) & FD_CLOEXEC != 0
        }
    }

    private static func name(of number: Int32) -> String {
        var name = [CChar](repeating: 0, count: 1024)
        // Sound: the call writes at most as many bytes as it is told.
        let count = unsafe readlink("/proc/self/fd/\(number)", &name, name.count)
        return String(decoding: name.prefix(max(0, count)).map(UInt8.init), as: UTF8.self)
    }

    /// The memory of the process that is not of files.
    package static func residentByteCount() throws -> Int {
        let file = try PosixFileSystem().openFile("/proc/self/statm", .read)
        let pages = String(decoding: try file.read(100, at: .start), as: UTF8.self)
            .split(separator: " ").compactMap { Int($0) }
        return (pages[1] - pages[2]) * systemPageByteCount
    }

    private static func set(_ resource: __rlimit_resource_t, to count: Int) {
        var limit = rlimit(rlim_cur: rlim_t(count), rlim_max: rlim_t(count))
        let answer = unsafe setrlimit(resource, &limit)
        precondition(answer == 0, "a limit cannot be set: error \(errno)")
    }
}
