/// Goes from batch to batch through the map of a segment, by their headers alone.
///
/// Each has to begin with the offset at which the one before it ended. Bodies and checksums are not
/// looked at.
package struct BatchWalk {
    package let log: MappedLog
    private let source: BatchSource
    /// Where the readable bytes end.
    private let limit: FilePosition
    /// What was populated, without a gap, up to the end of what may be touched.
    private var safe: Range<FilePosition>
    /// Where the batch of ``header`` begins.
    package private(set) var position: FilePosition
    /// The batch it stands at.
    package private(set) var header: RecordBatchHeader

    /// Begins with the batch at `position`, which lies before `limit`.
    package init(
        _ log: MappedLog, of source: BatchSource, at position: FilePosition, limit: FilePosition
    ) throws(LogFailure) {
        self.log = log
        self.source = source
        self.limit = limit
        self.position = position
        safe = position..<position
        header = try Self.header(log, source, at: position, limit: limit, safe: &safe)
    }

    /// Where the batch it stands at ends.
    package var batchEnd: FilePosition { position + header.byteCount }

    /// Makes all from `start`, where it stood before, to the end of its batch safe to touch.
    package func populate(from start: FilePosition) throws(LogFailure) {
        guard start < safe.lowerBound || batchEnd > safe.upperBound else { return }
        do throws(IOFailure) {
            _ = try log.populate(start, upTo: batchEnd, limit: limit)
        } catch { throw .inputOutput(source.partition, error) }
    }

    /// Goes to the next batch.
    ///
    /// - Returns: false at the end of what can be read; then nothing changed.
    package mutating func advance() throws(LogFailure) -> Bool {
        let next = batchEnd
        guard next < limit else { return false }
        let found = try Self.header(log, source, at: next, limit: limit, safe: &safe)
        guard found.baseOffset == header.nextOffset else {
            throw .corrupt(
                source, at: next, offset: header.nextOffset,
                .badBaseOffset(found.baseOffset, expected: header.nextOffset))
        }
        position = next
        header = found
        return true
    }

    /// Goes on to the batch that holds `offset` or, if it ends before, to the first one after it.
    ///
    /// - Returns: false when all that can be read lies before `offset`.
    package mutating func advance(to offset: Offset) throws(LogFailure) -> Bool {
        while header.lastOffset < offset {
            guard try advance() else { return false }
        }
        return true
    }

    private static func header(
        _ log: MappedLog, _ source: BatchSource, at position: FilePosition, limit: FilePosition,
        safe: inout Range<FilePosition>
    ) throws(LogFailure) -> RecordBatchHeader {
        let headerEnd = position + RecordBatchHeader.byteCount
        guard headerEnd <= limit else {
            let byteCount = limit.value - position.value
            throw .corrupt(
                source, at: position, offset: nil,
                .truncated(byteCount: byteCount, needed: RecordBatchHeader.byteCount))
        }
        if safe.upperBound < headerEnd {
            do throws(IOFailure) {
                let end = try log.populate(position, upTo: headerEnd, limit: limit)
                // The body that was passed over may reach beyond what was populated.
                safe = (position > safe.upperBound ? position : safe.lowerBound)..<end
            } catch { throw .inputOutput(source.partition, error) }
        }
        let region = log.region
        do throws(BatchFailure) {
            let header = try RecordBatchHeader(
                region.bytes.extracting(position.value..<headerEnd.value))
            let byteCount = limit.value - position.value
            guard header.byteCount <= byteCount else {
                throw .truncated(byteCount: byteCount, needed: header.byteCount)
            }
            // Offsets are dense, and where the next batch begins hangs on it.
            guard Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1 else {
                throw .badCounts(
                    recordCount: Int(header.recordCount),
                    lastOffsetDelta: Int(header.lastOffsetDelta))
            }
            return header
        } catch { throw .corrupt(source, at: position, offset: nil, error) }
    }
}
