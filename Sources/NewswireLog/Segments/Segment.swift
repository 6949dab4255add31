internal import Glibc
internal import Synchronization

/// One segment of a partition, as its readers see it; the active one and the sealed ones alike.
///
/// Maps are made at the first use and given back when the directory's budget asks for them; a slice
/// that was handed out keeps its own.
package final class Segment: Sendable {
    package let source: BatchSource

    let services: LogServices
    private let place: Place
    let state: Mutex<State>
    /// Whether the end of the time index was compared with the log.
    let hasCheckedTimes = Atomic(false)
    private let end: Atomic<Int>
    private let useMark = Atomic(false)

    struct State {
        /// The indexes in memory: the segment grows, or its files were not sound.
        var growing: SegmentIndexes?
        /// Which of the growing slots their files hold; nil while nobody may add to those.
        var filed: FiledSlots?
        /// The index files, once they were looked at.
        var maps: SegmentIndexMaps?
        var log: MappedLog?
        /// How many bytes are mapped: more than there are while the segment grows.
        var capacity: Int
    }

    /// What a segment is made from.
    package struct Place {
        package let partition: TopicPartition
        package let directory: String
        package let baseOffset: Offset
        package let indexIntervalBytes: Int

        package init(
            partition: TopicPartition, directory: String, baseOffset: Offset,
            indexIntervalBytes: Int
        ) {
            self.partition = partition
            self.directory = directory
            self.baseOffset = baseOffset
            self.indexIntervalBytes = indexIntervalBytes
        }

        /// The path of one of the segment's files.
        package func path(_ kind: SegmentFileName.Kind) -> String {
            "\(directory)/\(SegmentFileName(baseOffset, kind))"
        }
    }

    /// A segment whose first `byteCount` bytes can be read, and whose indexes are in their files.
    init(_ place: Place, byteCount: Int, on services: LogServices) {
        self.place = place
        source = BatchSource(partition: place.partition, path: place.path(.log))
        self.services = services
        end = Atomic(byteCount)
        state = Mutex(State(capacity: byteCount))
    }

    package var baseOffset: Offset { place.baseOffset }
    package var partition: TopicPartition { place.partition }
    var indexIntervalBytes: Int { place.indexIntervalBytes }

    /// How many bytes can be read.
    package var byteCount: Int { end.load(ordering: .acquiring) }

    /// Lets readers see the bytes up to `byteCount`; they are never taken back.
    func publish(upTo byteCount: Int) {
        assert(byteCount >= end.load(ordering: .relaxed), "readable bytes of a segment went back")
        end.store(byteCount, ordering: .releasing)
    }

    /// The path of one of its files.
    func path(_ kind: SegmentFileName.Kind) -> String { place.path(kind) }

    // MARK: Reading

    /// The whole batches from the one with `offset` on, as many as fit `maxBytes`, at least one.
    ///
    /// Bytes can be read a moment before they are visible: a slice ends before `end`, or whoever
    /// reads on would ask for an offset that is not there yet.
    /// - Returns: nil when everything readable in the segment lies before `offset`.
    func fetch(
        from offset: Offset, maxBytes: Int, before end: Offset
    ) throws(LogFailure) -> FetchedSlice? {
        let limit = FilePosition(byteCount)
        guard limit > .start, var walk = try walk(to: offset, limit: limit) else { return nil }
        let start = walk.position
        while walk.batchEnd.value - start.value < maxBytes {
            let before = walk
            // A batch that cannot be followed ends the slice; whoever reads on is told why.
            do throws(LogFailure) {
                guard try walk.advance() else { break }
            } catch { break }
            let isWanted = walk.header.baseOffset < end
            guard isWanted, walk.batchEnd.value - start.value <= maxBytes else {
                walk = before
                break
            }
        }
        try walk.populate(from: start)
        return FetchedSlice(
            walk.log.region, start.value..<walk.batchEnd.value, of: source,
            offsets: offset..<walk.header.nextOffset, in: partition)
    }

    /// A walk that stands at the batch with `offset`; nil when all readable batches lie before it.
    func walk(to offset: Offset, limit: FilePosition) throws(LogFailure) -> BatchWalk? {
        guard limit > .start else { return nil }  // A file that was emptied cannot be mapped.
        do throws(LogFailure) {
            return try walkOn(to: offset, limit: limit)
        } catch {
            guard case .corrupt = error, let walk = try walkBehindDamage(to: offset, limit: limit)
            else { throw error }
            return walk
        }
    }

    /// A walk from a batch before `offset` to the one that holds it.
    ///
    /// The index is believed only if the batch it leads to is the one its slot speaks of.
    private func walkOn(to offset: Offset, limit: FilePosition) throws(LogFailure) -> BatchWalk? {
        let log = try mappedLog()
        var isRebuilt = false
        while let slot = try offsetSlot(of: offset), slot.position < limit {
            if var walk = walk(at: slot, in: log, limit: limit) {
                return try walk.advance(to: offset) ? walk : nil
            }
            guard try mend(&isRebuilt, { $0.remove(slot) }) else { break }
        }
        var walk = try BatchWalk(log, of: source, at: .start, limit: limit)
        guard walk.header.baseOffset == baseOffset else {
            throw .corrupt(
                source, at: .start, offset: baseOffset,
                .badBaseOffset(walk.header.baseOffset, expected: baseOffset))
        }
        return try walk.advance(to: offset) ? walk : nil
    }

    /// A walk from the batch that `slot` speaks of; nil when something else stands there.
    func walk(
        at slot: OffsetIndex.Slot, in log: MappedLog, limit: FilePosition
    ) -> BatchWalk? {
        guard slot.position >= .start else { return nil }
        do throws(LogFailure) {
            let walk = try BatchWalk(log, of: source, at: slot.position, limit: limit)
            let isRight = walk.header.lastOffset == baseOffset + Int64(slot.relativeOffset)
            return isRight || Mutant.slotUnchecked.isOn ? walk : nil
        } catch {
            // Index or log is wrong; the caller rebuilds the index and meets the log's damage
            // itself.
            return nil
        }
    }

    // MARK: Maps

    /// The map of the log file, made now if there is none.
    func mappedLog() throws(LogFailure) -> MappedLog {
        useMark.store(true, ordering: .relaxed)
        // Taken before the file is asked: an append may raise it meanwhile.
        let needed = byteCount
        let known = state.withLock { ($0.log, $0.capacity) }
        if let log = known.0, log.region.byteCount >= needed { return log }
        let log: MappedLog
        do throws(IOFailure) {
            let file = try services.openFile(source.path, .read)
            // A file that somebody shortened must not be mapped past its end: that would be a
            // signal.
            let there = try file.byteCount()
            guard there >= needed else {
                throw IOFailure(.map, source.path, errorNumber: EIO)
            }
            log = MappedLog(try file.map(byteCount: max(known.1, needed)))
        } catch { throw .inputOutput(partition, error) }
        state.withLock { $0.log = log }
        services.maps.insert(self)
        return log
    }

    /// Says how large the segment may grow, so that it is mapped once.
    func setCapacity(_ byteCount: Int) {
        state.withLock { $0.capacity = max($0.capacity, byteCount) }
    }
}

extension Segment: Evictable {
    package func takeUseMark() -> Bool { useMark.exchange(false, ordering: .relaxed) }

    package func evict() -> Bool {
        let isFree: Bool? = state.withLockIfAvailable { state in
            state.log = nil
            state.maps = nil
            return true
        }
        return isFree ?? false
    }
}

/// Where a search by time ended.
public struct FoundRecord: Hashable, Sendable {
    /// The record's offset.
    public let offset: Offset
    /// The record's timestamp.
    public let timestamp: Timestamp
}
