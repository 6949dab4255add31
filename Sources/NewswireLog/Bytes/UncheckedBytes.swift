/// A range of memory, or null, as keys and values may be: then its length is -1, as on disk.
///
/// It ties nothing to the owner of the memory; ``RecordBytes`` does.
@safe
@usableFromInline
struct UncheckedBytes: BitwiseCopyable {
    @usableFromInline let start: UnsafeRawPointer
    @usableFromInline let byteCount: Int

    @inlinable
    init(start: UnsafeRawPointer, byteCount: Int) {
        unsafe self.start = start
        self.byteCount = byteCount
    }

    /// Where the bytes end; a null range ends where it begins.
    var end: UnsafeRawPointer { unsafe start + max(0, byteCount) }
}
