internal import CNewswire
internal import Glibc

/// A read-only map of a file; it unmaps with its last reader.
@safe
package final class MappedRegion: @unchecked Sendable {
    // Unchecked: nobody writes through `memory`, and it is mapped until `deinit`.
    private let memory: UnsafeRawBufferPointer
    private let path: String

    /// Takes over `memory`, which came from `mmap`; `path` is for failures.
    package init(owning memory: UnsafeRawBufferPointer, path: String) {
        unsafe self.memory = memory
        self.path = path
    }

    /// A region without bytes, for what has nothing to map.
    package static let empty = unsafe MappedRegion(
        owning: UnsafeRawBufferPointer(start: nil, count: 0), path: "")

    deinit {
        unsafe _ = munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
    }

    /// The mapped bytes; they cannot outlive the reference they are borrowed from.
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(RawSpan(_unsafeBytes: memory), borrowing: self) }
    }

    /// How many bytes are mapped, whether or not the file has as many.
    package var byteCount: Int { unsafe memory.count }

    /// Brings `range` into memory, so that what would be a signal on touching it is a failure here.
    ///
    /// Does nothing on kernels before 5.14, which have no such call. A page that the system drops
    /// afterwards and cannot read again still ends the process.
    /// - Throws: `EFAULT` past the file's end or where the disk does not give the bytes.
    package func populate(_ range: Range<Int>) throws(IOFailure) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= byteCount,
            "populating \(range) of \(byteCount) bytes of \(path)")
        guard !range.isEmpty else { return }
        let first = range.lowerBound / systemPageByteCount * systemPageByteCount
        // Sound: `first` lies in the map, and the kernel rounds the end up to a page of the map.
        let start = unsafe UnsafeMutableRawPointer(mutating: memory.baseAddress)?.advanced(
            by: first)
        let answer = repeatingInterrupted {
            unsafe nw_populate_read(start, range.upperBound - first)
        }
        guard answer == -1 else { return }
        let reason = errno
        guard reason != EINVAL || Self.kernelPopulates else { return }
        throw IOFailure(.populate, path, errorNumber: reason)
    }

    /// Whether the kernel knows the call: EINVAL is also what it says of memory it will not
    /// populate.
    private static let kernelPopulates: Bool = {
        let count = systemPageByteCount
        let start = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { return true }
        defer { unsafe _ = munmap(start, count) }
        return unsafe nw_populate_read(start, count) == 0
    }()
}

/// The size of a page of memory.
package let systemPageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
