internal import Synchronization

/// Looks once in a tick of the clock whether mapped files are as long as they were.
///
/// Somebody may have cut one since, and then touching what is gone would end the process. A look is
/// a system call: at each use it would cost a third of what a look-up costs.
package final class MapWatch: Sendable {
    /// The tick in which all was there.
    private let lastLook = Atomic<Int64>(0)

    package init() {}

    /// Whether the first `byteCount` bytes of `region` can be touched, as far as is known.
    package func isThere(_ region: MappedRegion, upTo byteCount: Int) -> Bool {
        let now = CoarseClock.tick
        guard byteCount > 0, lastLook.load(ordering: .relaxed) != now else { return true }
        do throws(IOFailure) {
            // A file is cut from its end: where its last page is, all others are.
            try region.populate((byteCount - 1)..<byteCount)
        } catch {
            return false
        }
        lastLook.store(now, ordering: .relaxed)
        return true
    }
}
