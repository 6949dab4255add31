internal import Synchronization

/// What an ``EvictionClock`` may ask to give its descriptor or map back.
package protocol Evictable: AnyObject, Sendable {
    /// Whether it was used since the last call. Called under the clock's lock: quick, and no call
    /// back.
    func takeUseMark() -> Bool
    /// Gives back what it holds; false when somebody uses that just now.
    ///
    /// True also when there was nothing to give. Called outside the clock's lock, on the thread of
    /// whoever inserts; it may insert and remove.
    func evict() -> Bool
}

/// Keeps the holders of a scarce thing (descriptors, maps) at a number, by second chance.
///
/// An entry is inserted when it takes the thing, again whenever it takes it anew after an eviction,
/// and removed by its owner when it ends: the clock's reference is a strong one, since weak ones
/// would slow every retain of the entry. When all are busy the number is exceeded: a read must not
/// fail because of a limit of our own.
package final class EvictionClock: Sendable {
    /// How many entries may hold the thing.
    package let capacity: Int
    private let ring = Mutex(Ring())

    package init(capacity: Int) {
        precondition(capacity > 0, "an eviction clock for \(capacity) entries")
        self.capacity = capacity
    }

    /// How many entries it counts.
    package var count: Int { ring.withLock { $0.entries.count } }

    /// Counts `entry`, and evicts others while there are too many.
    ///
    /// A busy one is passed over, not waited for.
    package func insert(_ entry: any Evictable) {
        ring.withLock { $0.insert(entry) }
        while evict(downTo: capacity, besides: entry) {}
    }

    /// Evicts one entry that is not busy, whatever the capacity: the system itself has no more.
    ///
    /// - Returns: false when there is none, or all are busy.
    package func evictOne() -> Bool { evict(downTo: 0, besides: nil) }

    /// No longer counts `entry`; one that is not counted is fine.
    package func remove(_ entry: any Evictable) {
        ring.withLock { $0.remove(ObjectIdentifier(entry)) }
    }

    /// Evicts one entry if there are more than `limit`.
    private func evict(downTo limit: Int, besides entry: (any Evictable)?) -> Bool {
        var busy: [any Evictable] = []
        defer { ring.withLock { ring in for entry in busy { ring.insert(entry) } } }
        // A candidate is no longer counted, so that no other thread takes it, too.
        while let candidate = ring.withLock({
            $0.takeCandidate(downTo: limit - busy.count, besides: entry)
        }) {
            if candidate.evict() { return true }
            busy.append(candidate)
        }
        return false
    }
}

/// The entries in a circle, and the hand that goes round.
private struct Ring {
    var entries: [any Evictable] = []
    private var placeOf: [ObjectIdentifier: Int] = [:]
    private var hand = 0

    /// Counts `entry` unless it is counted already.
    mutating func insert(_ entry: any Evictable) {
        let id = ObjectIdentifier(entry)
        guard placeOf[id] == nil else { return }
        placeOf[id] = entries.count
        entries.append(entry)
    }

    mutating func remove(_ id: ObjectIdentifier) {
        guard let place = placeOf.removeValue(forKey: id) else { return }
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        placeOf[ObjectIdentifier(last)] = place
    }

    /// Takes out the first entry, from the hand on, that was not used since the hand came by.
    ///
    /// Two rounds at most: after the first no mark is left that somebody did not set meanwhile.
    mutating func takeCandidate(
        downTo limit: Int, besides newcomer: (any Evictable)?
    ) -> (any Evictable)? {
        var steps = 2 * entries.count
        while entries.count > max(limit, 0), steps > 0 {
            steps -= 1
            if hand >= entries.count { hand = 0 }
            let entry = entries[hand]
            guard entry !== newcomer, !entry.takeUseMark() else {
                hand += 1
                continue
            }
            remove(ObjectIdentifier(entry))
            return entry
        }
        return nil
    }
}
