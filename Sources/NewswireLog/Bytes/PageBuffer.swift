internal import Glibc

/// Memory of whole pages, zero-filled at first: aligned for the disk, returned to the system at the
/// end.
@safe
@usableFromInline
package struct PageBuffer: ~Copyable, @unchecked Sendable {
    // Unchecked: this value owns the memory alone, and lends it by the rules of borrowing.
    @usableFromInline private(set) var start: UnsafeMutableRawPointer
    /// How many bytes there are: what was asked for, rounded up to pages.
    @usableFromInline package private(set) var byteCapacity: Int

    /// Takes at least `byteCapacity` bytes from the system; untouched pages cost no memory.
    package init(byteCapacity: Int) {
        precondition(byteCapacity >= 0, "a buffer of \(byteCapacity) bytes")
        let rounded = Self.wholePages(byteCapacity)
        unsafe start = Self.allocate(rounded)
        self.byteCapacity = rounded
    }

    deinit { unsafe Self.free(start, byteCapacity) }

    /// All of the bytes.
    package var bytes: RawSpan {
        // Sound: the memory lives as long as `self`, and all of it is initialised.
        @_lifetime(borrow self)
        get {
            let span = unsafe RawSpan(_unsafeStart: start, byteCount: byteCapacity)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// All of the bytes, for writing.
    package var mutableBytes: MutableRawSpan {
        // Sound: as above, and access is exclusive while the span lives.
        @_lifetime(&self)
        mutating get {
            let span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: byteCapacity)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// The first `byteCount` bytes, for writing; there have to be as many.
    @_lifetime(&self)
    package mutating func mutableBytes(first byteCount: Int) -> MutableRawSpan {
        precondition(
            byteCount >= 0 && byteCount <= byteCapacity, "\(byteCount) of \(byteCapacity) bytes")
        // Sound: as above, and checked to lie inside.
        let span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: byteCount)
        return unsafe _overrideLifetime(span, mutating: &self)
    }

    /// Makes room for at least `byteCapacity` bytes; what is there stays.
    package mutating func grow(to byteCapacity: Int) {
        guard byteCapacity > self.byteCapacity else { return }
        let rounded = Self.wholePages(byteCapacity)
        // Sound: the new memory is larger and apart from the old, which nobody borrows now.
        let larger = unsafe Self.allocate(rounded)
        unsafe larger.copyMemory(from: start, byteCount: self.byteCapacity)
        unsafe Self.free(start, self.byteCapacity)
        unsafe start = larger
        self.byteCapacity = rounded
    }

    private static func wholePages(_ byteCount: Int) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (max(byteCount, 1) + page - 1) / page * page
    }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let memory = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            // As for any allocation in Swift; sizes from untrusted bytes are bounded before.
            preconditionFailure("out of memory: \(byteCount) bytes")
        }
        return unsafe memory
    }

    private static func free(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
        let result = unsafe munmap(memory, byteCount)
        assert(result == 0, "a buffer could not be unmapped")
    }
}
