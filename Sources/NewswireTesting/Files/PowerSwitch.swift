internal import CNewswireTesting
internal import Glibc
package import NewswireLog

/// The power of one mounted file system: when it is cut, what the disk does not have is lost.
///
/// It is the kernel's own shutdown of a file system, so journal and recovery are the real ones. To
/// be used on a mount of the test's own, as root; the mount answers EIO to everybody from then on
/// and can only be unmounted.
package struct PowerSwitch: Sendable {
    /// What becomes of the journal's newest entries.
    package enum Journal: Sendable, CaseIterable {
        /// They are lost like everything else.
        case lost
        /// They arrive: files have their new names and lengths, and perhaps not their bytes.
        case written
    }

    private let descriptor: Int32
    private let path: String

    /// The switch of the file system that `path` lies on.
    package init(at path: String) throws(IOFailure) {
        // Sound: the call reads the path only while it lasts.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw IOFailure(.open, path, errorNumber: errno) }
    }

    /// Cuts the power; returns when the file system has stopped.
    package func cut(_ journal: Journal) throws(IOFailure) {
        guard nwt_cut_power(descriptor, journal == .written ? 1 : 0) == 0 else {
            throw IOFailure(.lock, path, errorNumber: errno)
        }
    }
}

/// Ends this process as the kernel does when memory is short: nothing is flushed or closed.
package func endThisProcessAtOnce() -> Never {
    _ = kill(getpid(), SIGKILL)
    while true { _ = pause() }
}
