internal import Glibc
internal import NewswireLog

/// Memory of this process that stands for a map of a simulated file.
///
/// It knows the region that readers hold weakly, and follows the file for as long as that lives.
@safe
struct SimulatedMemory: @unchecked Sendable {
    // Unchecked: the memory is only written under the lock of the disk that the file is on.
    private weak var region: MappedRegion?
    private let memory: UnsafeMutableRawBufferPointer

    /// Maps `byteCount` bytes that show `contents`, and zeros where it has none.
    static func map(
        _ contents: [UInt8], byteCount: Int, path: String
    ) throws(IOFailure) -> (SimulatedMemory, MappedRegion) {
        precondition(byteCount > 0, "a map of \(byteCount) bytes of \(path)")
        let start = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
            0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw IOFailure(.map, path, errorNumber: errno)
        }
        let region = unsafe MappedRegion(
            owning: UnsafeRawBufferPointer(start: start, count: byteCount), path: path)
        let memory = unsafe SimulatedMemory(
            region: region, memory: UnsafeMutableRawBufferPointer(start: start, count: byteCount))
        memory.show(contents, 0..<contents.count)
        return (memory, region)
    }

    private init(region: MappedRegion, memory: UnsafeMutableRawBufferPointer) {
        self.region = region
        unsafe self.memory = memory
    }

    /// Whether anybody still reads it; once false the memory is gone.
    var isAlive: Bool { region != nil }

    /// Shows what `contents` has in `range`; zeros where the range goes beyond its end.
    func show(_ contents: [UInt8], _ range: Range<Int>) {
        // Sound: the region owns the memory, and it is held while it is written to. Readers only
        // look at bytes that were announced to them after they were written.
        guard let region else { return }
        let visible = unsafe range.clamped(to: 0..<memory.count)
        let filled = visible.clamped(to: 0..<contents.count)
        unsafe contents.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[filled])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[filled]))
        }
        if visible.upperBound > filled.upperBound {
            let rest = max(visible.lowerBound, filled.upperBound)..<visible.upperBound
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[rest])
                .initializeMemory(as: UInt8.self, repeating: 0)
        }
        withExtendedLifetime(region) {}
    }

    /// Lets nobody touch the pages of `range`: populating them fails, reading them ends the
    /// process.
    func protect(_ range: Range<Int>) {
        guard let region else { return }
        let page = systemPageByteCount
        let pages = unsafe (range.lowerBound / page * page..<range.upperBound)
            .clamped(to: 0..<memory.count)
        guard !pages.isEmpty else { return }
        let start = unsafe memory.baseAddress?.advanced(by: pages.lowerBound)
        let answer = unsafe mprotect(start, pages.count, PROT_NONE)
        precondition(answer == 0, "pages cannot be protected: error \(errno)")
        withExtendedLifetime(region) {}
    }
}

extension Array where Element == UInt8 {
    /// Puts the bytes of `source` in `range` at `position`; the array has to be long enough.
    ///
    /// The standard library's `replaceSubrange` goes byte by byte in a debug build.
    mutating func overwrite(at position: Int, with source: [UInt8], _ range: Range<Int>) {
        precondition(position >= 0 && range.count <= count - position, "bytes past the end")
        unsafe withUnsafeMutableBytes { bytes in
            unsafe source.withUnsafeBytes { source in
                let target = unsafe bytes[position..<position + range.count]
                unsafe UnsafeMutableRawBufferPointer(rebasing: target)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    /// Cuts, or extends with zeros.
    mutating func resize(to byteCount: Int) {
        if byteCount < count {
            removeLast(count - byteCount)
        } else if byteCount > count {
            append(contentsOf: repeatElement(0, count: byteCount - count))
        }
    }

    /// Copies what lies from `position` on into `target`, as much as there is and fits.
    func copy(from position: Int, into target: inout MutableRawSpan) -> Int {
        let copied = Swift.min(Swift.max(0, count - position), target.byteCount)
        guard copied > 0 else { return 0 }
        // Sound: both ranges were just bounded by both counts.
        unsafe target.withUnsafeMutableBytes { target in
            unsafe withUnsafeBytes { bytes in
                let source = unsafe UnsafeRawBufferPointer(
                    rebasing: bytes[position..<position + copied])
                unsafe target.copyMemory(from: source)
            }
        }
        return copied
    }

    /// A number that changes with any byte, the same on every run (FNV-1a over words).
    func digest(continuing start: UInt64) -> UInt64 {
        unsafe withUnsafeBytes { bytes in
            var digest = start
            var position = 0
            while position + 8 <= bytes.count {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                digest = (digest ^ UInt64(littleEndian: word)) &* 0x100_0000_01b3
                digest ^= digest >> 29
                position += 8
            }
            while position < bytes.count {
                digest = (digest ^ UInt64(unsafe bytes[position])) &* 0x100_0000_01b3
                position += 1
            }
            return digest
        }
    }
}
