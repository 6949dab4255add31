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
/// It knows its entries weakly: one that is dropped is forgotten. An entry is inserted when it
/// takes the thing, and again whenever it takes it anew after an eviction. When all are busy the
/// number is exceeded: a read must not fail because of a limit of our own.
package final class EvictionClock: Sendable {
    /// How many entries may hold the thing.
    package let capacity: Int
    private let ring = Mutex(Ring())

    package init(capacity: Int) {
        precondition(capacity > 0, "an eviction clock for \(capacity) entries")
        self.capacity = capacity
    }

    /// How many entries it counts; dropped ones may be among them until the next insertion.
    package var count: Int { ring.withLock { $0.slots.count } }

    /// Counts `entry`, and evicts others while there are too many.
    ///
    /// A busy one is passed over, not waited for.
    package func insert(_ entry: any Evictable) {
        ring.withLock { $0.insert(entry) }
        var refusals = 0
        while let candidate = nextCandidate(overCapacity: capacity, besides: entry) {
            guard !candidate.evict() else { continue }
            let count = ring.withLock { ring in
                ring.insert(candidate)
                return ring.slots.count
            }
            refusals += 1
            guard refusals < count else { return }
        }
    }

    /// No longer counts `entry`; one that is not counted is fine.
    package func remove(_ entry: any Evictable) {
        ring.withLock { $0.remove(ObjectIdentifier(entry)) }
    }

    /// Evicts one entry that is not busy, whatever the capacity: the system itself has no more.
    ///
    /// - Returns: false when there is none, or all are busy.
    package func evictOne() -> Bool {
        var busy: [any Evictable] = []
        defer { ring.withLock { ring in for entry in busy { ring.insert(entry) } } }
        while let candidate = nextCandidate(overCapacity: 0, besides: nil) {
            guard !candidate.evict() else { return true }
            busy.append(candidate)
        }
        return false
    }

    /// The next to be evicted, no longer counted, so that no other thread takes it, too.
    private func nextCandidate(
        overCapacity capacity: Int, besides entry: (any Evictable)?
    ) -> (any Evictable)? {
        // Filled under the lock, emptied after it: the last reference to an entry may be among
        // them, and its `deinit` may call `remove`.
        var seen: [any Evictable] = []
        return ring.withLock { $0.takeCandidate(overCapacity: capacity, besides: entry, &seen) }
    }
}

/// The entries in a circle, and the hand that goes round.
private struct Ring {
    struct Slot {
        let id: ObjectIdentifier
        weak var entry: (any Evictable)?
    }

    var slots: [Slot] = []
    private var slotOf: [ObjectIdentifier: Int] = [:]
    private var hand = 0

    /// Counts `entry` unless it is counted already.
    mutating func insert(_ entry: any Evictable) {
        let id = ObjectIdentifier(entry)
        if let slot = slotOf[id] {
            // The same entry, or a new one at the address of one that was dropped.
            slots[slot] = Slot(id: id, entry: entry)
            return
        }
        slotOf[id] = slots.count
        slots.append(Slot(id: id, entry: entry))
    }

    mutating func remove(_ id: ObjectIdentifier) {
        guard let slot = slotOf.removeValue(forKey: id) else { return }
        let last = slots.removeLast()
        guard slot < slots.count else { return }
        slots[slot] = last
        slotOf[last.id] = slot
    }

    /// Takes out the first entry, from the hand on, that was not used since the hand came by.
    ///
    /// Two rounds at most: after the first no mark is left that somebody did not set meanwhile.
    mutating func takeCandidate(
        overCapacity capacity: Int, besides newcomer: (any Evictable)?, _ seen: inout [any Evictable]
    ) -> (any Evictable)? {
        var steps = 2 * slots.count
        while slots.count > capacity, steps > 0 {
            steps -= 1
            if hand >= slots.count { hand = 0 }
            guard let entry = slots[hand].entry else {
                remove(slots[hand].id)  // Dropped; another one stands here now.
                continue
            }
            seen.append(entry)
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
