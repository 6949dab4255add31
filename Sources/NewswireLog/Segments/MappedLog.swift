internal import Synchronization

/// The map of one segment file, and which of it was populated before its first use.
///
/// Populating turns what would be a signal (a page that cannot be read) into an error.
package final class MappedLog: Sendable {
    private static let chunkByteCount = 1 << 20

    package let region: MappedRegion
    private let populated: Mutex<[UInt64]>
    private let watch = MapWatch()

    package init(_ region: MappedRegion) {
        self.region = region
        let chunkCount = (region.byteCount + Self.chunkByteCount - 1) / Self.chunkByteCount
        populated = Mutex([UInt64](repeating: 0, count: (chunkCount + 63) / 64))
    }

    /// Makes at least `position..<end` safe to read; `limit` is where the file's bytes end.
    ///
    /// Of what was populated before, it is asked once in a tick of the clock whether it is still
    /// there: somebody may have cut the file since, and then touching it would end the process.
    /// - Returns: up to where it is safe now: the end of a chunk, at least `end`.
    package func populate(
        _ position: FilePosition, upTo end: FilePosition, limit: FilePosition
    ) throws(IOFailure) -> FilePosition {
        let first = position.value / Self.chunkByteCount
        let last = max(first, (end.value - 1) / Self.chunkByteCount)
        let safeEnd = min(limit.value, (last + 1) * Self.chunkByteCount)
        let isDone = populated.withLock { bits in
            (first...last).allSatisfy { bits[$0 / 64] & (1 << UInt64($0 % 64)) != 0 }
        }
        guard !isDone else {
            if !watch.isThere(region, upTo: limit.value) {
                // What is left of it can be read.
                try region.populate(position.value..<end.value)
            }
            return FilePosition(safeEnd)
        }
        // A chunk that is all there is populated whole, however it is entered, and only once.
        let isWhole = (last + 1) * Self.chunkByteCount <= limit.value
        let start = isWhole || last > first ? first * Self.chunkByteCount : position.value
        try region.populate(start..<safeEnd)
        populated.withLock { bits in
            for chunk in first...last {
                // Half a chunk does not count: the rest of it is not written yet.
                guard (chunk + 1) * Self.chunkByteCount <= limit.value else { continue }
                bits[chunk / 64] |= 1 << UInt64(chunk % 64)
            }
        }
        return FilePosition(safeEnd)
    }
}
