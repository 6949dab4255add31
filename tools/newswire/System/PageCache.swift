internal import Glibc
import NewswireLog

/// The memory in which the system keeps what was read from files.
enum PageCache {
    /// Lets go of the pages of a file that are on the disk, so that they are read from there again.
    static func drop(_ path: String) throws(IOFailure) {
        // Sound: the path is terminated and not kept.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw IOFailure(.open, path, errorNumber: errno) }
        // It is only a wish: where it is not granted, memory is verified.
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        close(descriptor)
    }
}
