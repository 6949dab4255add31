import Glibc

/// Bytes whose last one touches memory that nobody may read: one byte too far is a crash.
@safe
struct FencedBytes: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    private let capacity = 16 * 4096

    init() {
        guard
            let memory = unsafe mmap(
                nil, capacity + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe mprotect(memory + capacity, 4096, PROT_NONE) == 0
        else { preconditionFailure("no memory for a fence") }
        unsafe self.memory = unsafe memory
    }

    deinit { unsafe munmap(memory, capacity + 4096) }

    borrowing func with<Result, Failure: Error>(
        _ bytes: [UInt8], _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(bytes.count <= capacity, "\(bytes.count) bytes do not fit before the fence")
        let start = unsafe memory + (capacity - bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(start: start, count: source.count)
                .copyMemory(from: source)
        }
        return try body(unsafe RawSpan(_unsafeStart: start, byteCount: bytes.count))
    }
}
