internal import Glibc

/// Limits of a whole process; for exit tests only, as every other test of the process would feel
/// them.
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

    /// The descriptors that are open, and whether each closes when another program is started.
    package static func openDescriptors() -> [Int32: Bool] {
        var found: [Int32: Bool] = [:]
        for number in Int32(0)..<1024 {
            let flags = fcntl(number, F_GETFD)
            if flags >= 0 { found[number] = flags & FD_CLOEXEC != 0 }
        }
        return found
    }

    private static func set(_ resource: __rlimit_resource_t, to count: Int) {
        var limit = rlimit(rlim_cur: rlim_t(count), rlim_max: rlim_t(count))
        let answer = unsafe setrlimit(resource, &limit)
        precondition(answer == 0, "a limit cannot be set: error \(errno)")
    }
}
