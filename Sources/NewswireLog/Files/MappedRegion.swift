internal import Glibc

/// A read-only map of a file; it unmaps with its last reader.
@safe
package final class MappedRegion: @unchecked Sendable {
    // Unchecked: nobody writes through `memory`, and it is mapped until `deinit`.
    private let memory: UnsafeRawBufferPointer

    package init(owning memory: UnsafeRawBufferPointer) { unsafe self.memory = memory }

    deinit {
        unsafe _ = munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
    }

    /// The mapped bytes; they cannot outlive the reference they are borrowed from.
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(RawSpan(_unsafeBytes: memory), borrowing: self) }
    }
}
