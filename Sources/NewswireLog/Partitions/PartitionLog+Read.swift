internal import Synchronization

extension PartitionLog {
    /// Reads whole batches from the one that holds `offset` on, all of one segment.
    ///
    /// The slice is mapped, not copied; ``FetchedSlice/records(verifyingChecksums:)`` begins with
    /// `offset`.
    /// - Parameters:
    ///   - offset: from the log's start to its end; at the end the slice is empty.
    ///   - maxBytes: how many bytes of batches at most; one batch comes even if it is larger.
    /// - Returns: the slice; ``FetchedSlice/nextOffset`` is where to read on.
    /// - Throws: `.offsetOutOfRange` with what can be read, `.corrupt` with the place of damage,
    ///   `.inputOutput`.
    /// - Complexity: O(log segments + log slots) and a few batch headers.
    public func read(
        from offset: Offset, maxBytes: Int = 1 << 20
    ) throws(LogFailure) -> FetchedSlice {
        try checkOpen()
        let end = Offset(visibleEnd.load(ordering: .acquiring))
        let view = self.view.withLock { $0 }
        guard offset >= view.logStartOffset, offset <= max(end, view.logStartOffset) else {
            throw outOfRange(offset)
        }
        guard offset < end else { return FetchedSlice(emptyAt: offset, in: partition) }
        guard let number = view.floorNumber(of: offset) else { throw outOfRange(offset) }
        do throws(LogFailure) {
            let slice = try view.segments[number].fetch(
                from: offset, maxBytes: maxBytes, before: end)
            // Were it deleted, the files under its name may be of the topic that follows.
            try checkOpen()
            if let slice { return slice }
        } catch {
            // The segment's files may have gone since the snapshot was taken.
            try checkOpen()
            guard offset >= self.view.withLock({ $0.logStartOffset }) else {
                throw outOfRange(offset)
            }
            throw error
        }
        throw missing(offset, in: view, number)
    }

    /// The first record at or after the log's start whose timestamp is at least `timestamp`.
    ///
    /// - Returns: nil when all readable records are earlier.
    /// - Complexity: O(segments + log slots) and the batches between two slots.
    public func firstOffset(at timestamp: Timestamp) throws(LogFailure) -> FoundRecord? {
        try checkOpen()
        let view = self.view.withLock { $0 }
        let end = Offset(visibleEnd.load(ordering: .acquiring))
        for segment in view.segments {
            guard let found = try first(at: timestamp, in: segment, view.logStartOffset) else {
                continue
            }
            return found.offset < end ? found : nil
        }
        return nil
    }

    private func first(
        at timestamp: Timestamp, in segment: Segment, _ start: Offset
    ) throws(LogFailure) -> FoundRecord? {
        do throws(LogFailure) {
            guard try segment.largestTimestamp() >= timestamp else { return nil }
            return try segment.firstRecord(at: timestamp, from: max(start, segment.baseOffset))
        } catch {
            try checkOpen()
            // Its files may have gone since the snapshot was taken: then the next ones follow.
            let isGone = self.view.withLock { !$0.segments.contains { $0 === segment } }
            guard isGone else { throw error }
            return nil
        }
    }

    /// Registers `waiter` until there is something to read at `offset`.
    ///
    /// - Returns: a ticket to take it back, or nil when there is something already; then the waiter
    ///   is not completed.
    package func wait(for offset: Offset, _ waiter: any ReadWaiter) -> WaitTicket? {
        let ticket = waitingReads.add(waiter, for: offset)
        // Looked at again after registering: an append between the two completes it or is seen
        // here.
        if visibleEnd.load(ordering: .sequentiallyConsistent) > offset.value {
            return waitingReads.remove(ticket) ? nil : ticket
        }
        do throws(LogFailure) {
            try checkOpen()
        } catch {
            // Whoever ended the log may have looked for waiters before this one came.
            if waitingReads.remove(ticket) { waiter.complete(error) }
        }
        return ticket
    }

    /// Takes a registered wait back.
    ///
    /// - Returns: whether it was still waiting; otherwise the waiter was, or is being, completed.
    @discardableResult
    package func cancelWait(_ ticket: WaitTicket) -> Bool { waitingReads.remove(ticket) }

    /// The damaged offsets at `offset` and, as their end, the first one behind that can be read.
    ///
    /// What cannot be followed by its headers is skipped up to the next batch that an index leads
    /// to and whose checksum is right, else to the next segment or the end.
    package func damagedRange(at offset: Offset) throws(LogFailure) -> Range<Offset> {
        let view = self.view.withLock { $0 }
        let end = Offset(visibleEnd.load(ordering: .acquiring))
        guard let number = view.floorNumber(of: offset), offset < end else {
            throw outOfRange(offset)
        }
        let next = number + 1 < view.segments.count ? view.segments[number + 1].baseOffset : end
        let good = try view.segments[number].firstReadable(after: offset)
        return offset..<min(end, max(good ?? next, offset + 1))
    }

    private func outOfRange(_ offset: Offset) -> LogFailure {
        let offsets = self.offsets
        return .offsetOutOfRange(
            partition, offset, valid: offsets.logStartOffset...offsets.highWatermark)
    }

    private func missing(_ offset: Offset, in view: ReadView, _ number: Int) -> LogFailure {
        let segment = view.segments[number]
        return .corrupt(
            segment.source, at: FilePosition(segment.byteCount), offset: offset,
            .truncated(byteCount: 0, needed: RecordBatchHeader.byteCount))
    }
}

extension PartitionLog.ReadView {
    /// The number of the last segment that begins at or before `offset`.
    func floorNumber(of offset: Offset) -> Int? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = low + (high - low) / 2
            if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
